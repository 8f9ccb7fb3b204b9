"""What all functions of a stack have in common: the package, the runtime, and a log that ends with the stack."""

from __future__ import annotations

from math import ceil
from typing import Any

from loadtests.deploy.stack.names import logical, physical
from loadtests.deploy.stack.roles import arn

RUNTIME = "python3.13"
BUCKET, KEY = "CodeBucket", "CodeKey"
"""The parameters that name the package; the bucket is the run's own."""

LOG_DAYS = 14


def lambda_function(
    name: str, handler: str, memory_mb: int, timeout_s: float, variables: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """By logical id: the function and its log, which is made here rather than by Lambda, so that it ends as well."""
    log = logical(name, "Log")
    properties = {
        "FunctionName": physical(name),
        "Runtime": RUNTIME,
        "Handler": handler,
        "Code": {"S3Bucket": {"Ref": BUCKET}, "S3Key": {"Ref": KEY}},
        "MemorySize": memory_mb,
        "Timeout": max(1, ceil(timeout_s)),
        "Role": arn(name, "Role"),
        "Environment": {"Variables": variables},
        **more,
    }
    group = {"LogGroupName": {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"}, "RetentionInDays": LOG_DAYS}
    return {
        log: {"Type": "AWS::Logs::LogGroup", "Properties": group},
        logical(name, "Function"): {"Type": "AWS::Lambda::Function", "DependsOn": [log], "Properties": properties},
    }
