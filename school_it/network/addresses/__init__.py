"""VLANs, subnets and fixed addresses of the schools; nothing of how a network device is configured."""
