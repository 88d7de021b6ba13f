"""Schools, their buildings and rooms, and their yearly figures."""
