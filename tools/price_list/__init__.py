"""Make the price list of a region from AWS's Price List API."""
