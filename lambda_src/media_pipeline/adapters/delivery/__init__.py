"""What CloudFront and its signing key do for viewers."""
