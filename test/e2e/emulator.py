"""AWS on one's own machine: moto's server, with what moto 5.2.5 leaves out and could do.

    python emulator.py -p PORT        (the same arguments as moto_server)

Without this file `cdk deploy` succeeds as well, but a stack that is deployed with a change set, as the CDK does,
has no outputs, and resource types that moto knows by API alone are skipped. Each repair below says what moto does
and what AWS does. All of them are about the emulator: nothing in the product bends to it. What stays impossible
stands in limits.ts, and the suite compares that list with what moto says it has skipped.
"""

import contextlib
import json
import re
import sys
from collections.abc import Callable
from typing import Any

import boto3
import moto.cloudformation.parsing  # noqa: F401  loads every CloudFormation model before the list of them is cached
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.logs import models as logs_models
from moto.logs.models import logs_backends
from moto.scheduler.models import scheduler_backends
from moto.settings import moto_server_port
from moto.sns.models import sns_backends

Properties = dict[str, Any]


# A change set. moto keeps the outputs of the empty template that the stack began with; AWS has the new one's.
# On an update moto also takes the resolved value of an SSM parameter for the parameter's name: its default serves.
def apply_change_set(self: ChangeSet) -> None:
    stack = self.stack
    declared = self.template_dict.get("Parameters", {})

    def is_from_ssm(name: str) -> bool:
        return declared.get(name, {}).get("Type", "").startswith("AWS::SSM::")

    self.parameters = {name: value for name, value in self.parameters.items() if not is_from_ssm(name)}
    stack.resource_map.update(self.template_dict, self.parameters)
    stack.template = self.template
    stack.template_dict = self.template_dict
    stack.description = self.template_dict.get("Description")
    stack.output_map = stack._create_output_map()


ChangeSet.apply = apply_change_set


# A change set that does not exist. `cdk deploy` deletes it all the same and waits until it is not found: moto
# answers both with status 500.
class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


def find_change_set(self: CloudFormationBackend, name_or_arn: str) -> str | None:
    for key, change_set in self.change_sets.items():
        if name_or_arn in (key, change_set.change_set_name):
            return key
    return None


def delete_change_set(self: CloudFormationBackend, change_set_name: str) -> None:
    self.change_sets.pop(find_change_set(self, change_set_name), None)


def describe_change_set(self: CloudFormationBackend, change_set_name: str) -> ChangeSet:
    key = find_change_set(self, change_set_name)
    if key is None:
        raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist")
    return self.change_sets[key]


CloudFormationBackend.delete_change_set = delete_change_set
CloudFormationBackend.describe_change_set = describe_change_set


# Resource types that moto has an API for and no CloudFormation model.
class Made:
    """A resource as CloudFormation knows it: its id, its attributes, and how to take it away."""

    type = ""
    name = ""

    def __init__(self, physical_resource_id: str, attributes: dict[str, Any], undo: Callable[[], Any]):
        self.physical_resource_id = physical_resource_id
        self.attributes = attributes
        self.undo = undo

    def get_cfn_attribute(self, name: str) -> Any:
        return self.attributes[name]

    def delete(self, account_id: str, region: str) -> None:
        # moto deletes a stack in no order: the log group, topic or function that this belongs to may be gone.
        with contextlib.suppress(Exception):
            self.undo()


MakeResource = Callable[[str, Properties, str, str], Made]


# moto looks for models among the subclasses of CloudFormationModel, which nothing else would keep alive.
TAUGHT: list[type] = []


def teach(cfn_type: str, name_property: str, make: MakeResource, attributes: tuple[str, ...] = ()) -> None:
    """Teaches CloudFormation one more resource type. `name_property` is empty where it has no name."""

    def create(
        cls: Any, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: Any
    ) -> Made:
        made = make(resource_name, cloudformation_json["Properties"], account_id, region_name)
        made.name = resource_name
        return made

    def update(
        cls: Any,
        original_resource: Made,
        new_resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> Made:
        original_resource.delete(account_id, region_name)
        # A resource whose name was generated keeps it.
        is_named = name_property in cloudformation_json["Properties"]
        name = new_resource_name if is_named else original_resource.name
        return create(cls, name, cloudformation_json, account_id, region_name)

    members = {
        "cloudformation_name_type": staticmethod(lambda: name_property),
        "cloudformation_type": staticmethod(lambda: cfn_type),
        "has_cfn_attr": classmethod(lambda cls, attribute: attribute in attributes),
        "create_from_cloudformation_json": classmethod(create),
        "update_from_cloudformation_json": classmethod(update),
        "delete_from_cloudformation_json": classmethod(lambda cls, *_: None),
    }
    TAUGHT.append(type(cfn_type.replace("::", ""), (CloudFormationModel,), members))


def make_schedule(name: str, given: Properties, account: str, region: str) -> Made:
    backend = scheduler_backends[account][region]
    schedule = backend.create_schedule(
        name=name,
        description=given.get("Description"),
        group_name=given.get("GroupName"),
        schedule_expression=given["ScheduleExpression"],
        schedule_expression_timezone=given.get("ScheduleExpressionTimezone"),
        flexible_time_window=given["FlexibleTimeWindow"],
        start_date=given.get("StartDate"),
        end_date=given.get("EndDate"),
        kms_key_arn=given.get("KmsKeyArn"),
        state=given.get("State"),
        target=given["Target"],
        action_after_completion=None,
    )
    return Made(name, {"Arn": schedule.arn}, lambda: backend.delete_schedule(given.get("GroupName"), name))


def make_event_invoke_config(_: str, given: Properties, account: str, region: str) -> Made:
    backend, function = lambda_backends[account][region], given["FunctionName"]
    config = {key: value for key, value in given.items() if key not in ("FunctionName", "Qualifier")}
    backend.put_function_event_invoke_config(function, config)
    return Made(
        f"{function}|{given['Qualifier']}", {}, lambda: backend.delete_function_event_invoke_config(function)
    )


def make_alarm(name: str, given: Properties, account: str, region: str) -> Made:
    backend = cloudwatch_backends[account][region]
    alarm = backend.put_metric_alarm(
        name=name,
        namespace=given.get("Namespace"),
        metric_name=given.get("MetricName"),
        dimensions=given.get("Dimensions", []),
        statistic=given.get("Statistic"),
        period=given.get("Period"),
        threshold=given.get("Threshold"),
        comparison_operator=given["ComparisonOperator"],
        evaluation_periods=given["EvaluationPeriods"],
        datapoints_to_alarm=given.get("DatapointsToAlarm"),
        treat_missing_data=given.get("TreatMissingData"),
        description=given.get("AlarmDescription", ""),
        alarm_actions=given.get("AlarmActions", []),
        ok_actions=given.get("OKActions", []),
    )
    return Made(name, {"Arn": alarm.alarm_arn}, lambda: backend.delete_alarms([name]))


def make_metric_filter(name: str, given: Properties, account: str, region: str) -> Made:
    backend, group = logs_backends[account][region], given["LogGroupName"]
    transformations = [
        {key[0].lower() + key[1:]: value for key, value in transformation.items()}
        for transformation in given["MetricTransformations"]
    ]
    backend.put_metric_filter(name, given["FilterPattern"], group, transformations)
    return Made(name, {}, lambda: backend.delete_metric_filter(name, group))


def make_subscription(_: str, given: Properties, account: str, region: str) -> Made:
    backend = sns_backends[account][region]
    subscription = backend.subscribe(given["TopicArn"], given["Endpoint"], given["Protocol"])
    return Made(subscription.arn, {}, lambda: backend.unsubscribe(subscription.arn))


teach("AWS::Scheduler::Schedule", "Name", make_schedule, ("Arn",))
teach("AWS::Lambda::EventInvokeConfig", "", make_event_invoke_config)
teach("AWS::CloudWatch::Alarm", "AlarmName", make_alarm, ("Arn",))
teach("AWS::Logs::MetricFilter", "FilterName", make_metric_filter)
teach("AWS::SNS::Subscription", "", make_subscription)


# Lambda. moto names an address of AWS's own for the code, and calls every function x86_64.
_get_code = LambdaFunction.get_code


def get_code(self: LambdaFunction) -> dict[str, Any]:
    answer = _get_code(self)
    if "S3Bucket" in self.code and "Code" in answer:
        s3 = boto3.client(
            "s3",
            region_name=self.region,
            endpoint_url=f"http://127.0.0.1:{moto_server_port()}",
            aws_access_key_id="emulated",
            aws_secret_access_key="emulated",
        )
        place = {"Bucket": self.code["S3Bucket"], "Key": self.code["S3Key"]}
        answer["Code"]["Location"] = s3.generate_presigned_url("get_object", Params=place, ExpiresIn=600)
    return answer


_create_function = LambdaFunction.create_from_cloudformation_json.__func__


def create_function(cls: Any, name: str, cfn: dict[str, Any], *rest: Any, **named: Any) -> LambdaFunction:
    function = _create_function(cls, name, cfn, *rest, **named)
    function.architectures = cfn["Properties"].get("Architectures", ["x86_64"])
    return function


LambdaFunction.get_code = get_code
LambdaFunction.create_from_cloudformation_json = classmethod(create_function)

# A table. moto forgets its time to live and its point-in-time recovery.
_create_table = Table.create_from_cloudformation_json.__func__


def create_table(cls: Any, name: str, cfn: dict[str, Any], account: str, region: str, **named: Any) -> Table:
    table = _create_table(cls, name, cfn, account, region, **named)
    given, backend = cfn["Properties"], dynamodb_backends[account][region]
    if "TimeToLiveSpecification" in given:
        backend.update_time_to_live(table.name, given["TimeToLiveSpecification"])
    if "PointInTimeRecoverySpecification" in given:
        backend.update_continuous_backups(table.name, given["PointInTimeRecoverySpecification"])
    return table


Table.create_from_cloudformation_json = classmethod(create_table)


# CloudWatch Logs. moto gives all events where a filter pattern asks for fields of JSON, and ignores a query's `filter`.
# Here equality counts: `{ $.event = "ScanDone" && $.app = "shop" }`, and `| filter app = "shop"` as a line of its own.
def says(message: str, wanted: list[tuple[str, str]]) -> bool:
    try:
        said = json.loads(message)
    except ValueError:
        return False
    return isinstance(said, dict) and all(said.get(field) == value for field, value in wanted)


_MessageFilter = logs_models.EventMessageFilter


class MessageFilter:
    def __init__(self, pattern: str):
        self.wanted = re.findall(r'\$\.(\w+) = "([^"]*)"', pattern or "")
        self.other = _MessageFilter(pattern)

    def matches(self, message: str) -> bool:
        return says(message, self.wanted) if self.wanted else self.other.matches(message)


_execute_query = logs_models.execute_query


def execute_query(log_groups: list[Any], query: str, start_time: int, end_time: int) -> list[dict[str, Any]]:
    wanted = re.findall(r'^\| filter (\w+) = "([^"]*)"$', query, re.MULTILINE)
    rows = _execute_query(log_groups, query, start_time, end_time)
    return [row for row in rows if not wanted or says(row.get("@message", ""), wanted)]


logs_models.EventMessageFilter = MessageFilter
logs_models.execute_query = execute_query

if __name__ == "__main__":
    from moto.server import main

    main(sys.argv[1:])
