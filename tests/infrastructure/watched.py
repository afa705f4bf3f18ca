"""What a stack has of the things that metrics are about."""

from tests.infrastructure.stack import Stack


def is_watched(stack: Stack, namespace: str, dimensions: dict[str, str]) -> bool:
    """Tell whether the stack has what a metric's dimensions name."""
    match namespace, dimensions:
        case "AWS/SQS", {"QueueName": name}:
            return name in {q["name"] for q in stack.of("aws_sqs_queue")}
        case "AWS/Lambda", {"FunctionName": name}:
            return name in {f["function_name"] for f in stack.of("aws_lambda_function")}
        case "AWS/MediaConvert", {"Queue": arn}:
            return arn in {stack.arn(q) for q in stack.of("aws_media_convert_queue")}
        case "AWS/ApiGateway", {"ApiId": id_, "Stage": stage}:
            stages = {(s["api_id"], s["name"]) for s in stack.of("aws_apigatewayv2_stage")}
            return (id_, stage) in stages
        case "AWS/Events", {"RuleName": name}:
            return name in {r["name"] for r in stack.of("aws_cloudwatch_event_rule")}
        case "MediaPipeline", {"service": name}:
            services = {
                f.block("environment")["variables"]["POWERTOOLS_SERVICE_NAME"]
                for f in stack.of("aws_lambda_function")
            }
            return services == {name}
        case _:
            return False
