"""Licences that the schools and the town have bought: products, terms, notice dates, prices."""
