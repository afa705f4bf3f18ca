"""What CloudFront, API Gateway, Cognito and streams do on AWS in delivery, and MiniStack leaves out."""
