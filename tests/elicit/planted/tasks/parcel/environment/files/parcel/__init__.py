"""What parcels cost."""
