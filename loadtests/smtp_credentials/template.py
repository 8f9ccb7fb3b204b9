"""A CloudFormation template: a user that may send from one identity, and its SMTP password in a secret that rotates."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from scenarios.errors import BadInput
from scenarios.formats.quoted import cut, printable

ROTATES_AFTER_DAYS, KEPT_DAYS = 90, 30
MOST_INLINE = 4_096  # characters of a function in a template that every tool takes
ACCOUNTS_OWN = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
_OWN = Path(__file__).parent
_IDENTITY = re.compile(r"(?:[^\s@/*?$]+@)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+", re.IGNORECASE)


def checked_identity(identity: str | None) -> str:
    """Raises BadInput; a `*` would let the user send from any."""
    if identity is None:
        raise BadInput("--identity: missing; name the domain or address that the user may send from")
    if not _IDENTITY.fullmatch(identity):
        raise BadInput(
            f"--identity = {printable(cut(identity))}: must be a domain or an address that SES has verified, "
            "such as news.example.com"
        )
    return identity


def template(identity: str) -> dict[str, Any]:
    """It holds no secret, and makes none that CloudFormation would see: its function makes the access key."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"SMTP credentials for {identity}, of seslab",
        "Resources": {
            "User": _user(identity),
            "Password": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {"Description": f"SMTP credentials for {identity}: username, password, host, port"},
            },
            "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": KEPT_DAYS}},
            "Role": _role(),
            "Function": _function(),
            "Permission": _permission(),
            "FirstPassword": {
                "Type": "Custom::FirstPassword",
                "Properties": {"ServiceToken": _arn("Function")},
            },
            "Rotation": {
                "Type": "AWS::SecretsManager::RotationSchedule",
                "DependsOn": ["FirstPassword", "Permission"],
                "Properties": {
                    "SecretId": {"Ref": "Password"},
                    "RotationLambdaARN": _arn("Function"),
                    "RotationRules": {"AutomaticallyAfterDays": ROTATES_AFTER_DAYS},
                    "RotateImmediatelyOnUpdate": False,
                },
            },
        },
        "Outputs": {"Secret": {"Value": {"Ref": "Password"}}, "User": {"Value": {"Ref": "User"}}},
    }


def inline() -> str:
    """The function as one file."""
    modules = [ast.parse((_OWN / name).read_text()) for name in ("password.py", "rotation.py")]
    body = [statement for module in modules for statement in module.body[1:] if not _is_left_out(statement)]
    return ast.unparse(ast.fix_missing_locations(ast.Module([_bare(one) for one in body], [])))


def _is_left_out(statement: ast.stmt) -> bool:
    """What would import this very text, notes on constants, and what has to stand at a file's beginning."""
    if isinstance(statement, ast.ImportFrom):
        return str(statement.module).startswith(("__future__", "typing", "loadtests"))
    return isinstance(statement, ast.Expr)


def _bare(statement: ast.stmt) -> ast.stmt:
    """A function without what its runtime does not need: sentences and types."""
    if isinstance(statement, ast.FunctionDef):
        if ast.get_docstring(statement):
            statement.body = statement.body[1:] or [ast.Pass()]
        statement.returns = None
        for argument in statement.args.args:
            argument.annotation = None
    return statement


def _user(identity: str) -> dict[str, Any]:
    """SMTP needs ses:SendRawEmail, and nothing else is allowed.

    SES authorises the configuration set of a mail beside its identity, also the one that is the identity's default:
    without those of the account a mail is refused as soon as it has one. They let the user send from nothing else.
    """
    resources = [{"Fn::Sub": f"{ACCOUNTS_OWN}:{own}"} for own in (f"identity/{identity}", "configuration-set/*")]
    return {
        "Type": "AWS::IAM::User",
        "Properties": {"Policies": [_policy("send", _allow(["ses:SendRawEmail"], *resources))]},
    }


def _role() -> dict[str, Any]:
    statements = [
        _allow(["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys"], _arn("User")),
        _allow(
            [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            {"Ref": "Password"},
        ),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], _arn("Log")),
    ]
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [_policy("rotate", *statements)],
        },
    }


def _function() -> dict[str, Any]:
    variables = {
        "USER_NAME": {"Ref": "User"},
        "SECRET": {"Ref": "Password"},
        "SMTP_HOST": {"Fn::Sub": "email-smtp.${AWS::Region}.${AWS::URLSuffix}"},
    }
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": _arn("Role"),
            "Timeout": 120,
            "LoggingConfig": {"LogGroup": {"Ref": "Log"}},
            "Code": {"ZipFile": inline()},
            "Environment": {"Variables": variables},
        },
    }


def _permission() -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Function"},
            "Principal": "secretsmanager.amazonaws.com",
            "SourceAccount": {"Ref": "AWS::AccountId"},
        },
    }


def _policy(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [*statements]}}


def _allow(actions: list[str], *resources: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": [*resources]}


def _arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}
