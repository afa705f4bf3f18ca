"""The credentials with which the sandbox's MediaConvert acts as the service that it stands in for.

On AWS a service reaches another one through a back door. Here the local AWS lets exactly this access key put
events whose source begins with "aws.", and takes it for the service where a role is assumed.
"""

SERVICE_ACCESS_KEY_ID = "AKIAMEDIACONVERTSVC"
SERVICE_SECRET = "test"
SERVICE = "mediaconvert.amazonaws.com"
