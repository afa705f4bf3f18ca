"""What CloudFront, API Gateway and Cognito do on AWS when a video is watched, and MiniStack leaves out."""
