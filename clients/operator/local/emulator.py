"""Starts MiniStack, with the two gaps closed that cannot wait until a deployment is over.

A secret's Ref is its ARN in CloudFormation and its name in MiniStack 1.5.33. Statements that let a role read the
secret name it by Ref, so no function could read one, and one function has to while the stack is being deployed.

SQS has no permissions of its own for the batch forms of its operations: sqs:SendMessage admits SendMessageBatch.
MiniStack asks for sqs:SendMessageBatch, which no policy can grant on AWS, so no function could send a batch.

test/clients/operator/local/emulator-pins.test.ts asks for another look when the pinned version changes.
"""

import sys

import ministack.app  # noqa: F401 - before its parts, which import one another
from hypercorn.__main__ import main
from ministack.core import iam_actions
from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

_handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
_by_name = dict(_handler)


def _create(logical_id, props, stack_name):
    _, attributes = _by_name["create"](logical_id, props, stack_name)
    return attributes["Arn"], attributes


def _update(physical_id, old_props, new_props, stack_name, logical_id=None):
    name, _ = secretsmanager._resolve(physical_id)
    _, attributes = _by_name["update"](name, old_props, new_props, stack_name, logical_id)
    return attributes["Arn"], attributes


def _delete(physical_id, props):
    name, _ = secretsmanager._resolve(physical_id)
    _by_name["delete"](name, props)


_handler.update(create=_create, update=_update, delete=_delete)

_action_as_named = iam_actions.extract_iam_action


def _action(service, *request):
    action = _action_as_named(service, *request)
    return action.removesuffix("Batch") if action is not None and service == "sqs" else action


iam_actions.extract_iam_action = _action

if __name__ == "__main__":
    sys.exit(main(["ministack.app:app", "--workers", "0", "--keep-alive", "75", *sys.argv[1:]]))
