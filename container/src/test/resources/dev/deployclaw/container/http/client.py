"""Uses the generated client: plans, submits, follows, approves, reads. Prints what it saw as JSON."""

import json
import sys

from deployclaw_client import (
    AgentApi,
    ApiClient,
    AuditApi,
    Configuration,
    EstateApi,
    ExecutionsApi,
    TasksApi,
)
from deployclaw_client.exceptions import ApiException
from deployclaw_client.models import PlanRequest, Problem, Task

address, olivia, ann = sys.argv[1:]


def caller(token):
    return ApiClient(Configuration(host=address, access_token=token))


def problem(call):
    try:
        call()
    except ApiException as e:
        assert isinstance(e.data, Problem), e
        return e.data
    raise AssertionError("it was answered")


tasks = TasksApi(caller(olivia))
executions = ExecutionsApi(caller(ann))
estate = EstateApi(caller(ann))
audit = AuditApi(caller(ann))
agent = AgentApi(caller(ann))

planned = tasks.plan_request(PlanRequest(request="apply"))
submitted = tasks.submit_task(
    Task(request="apply", approval="manual"), idempotency_key="generated-1"
)
id = submitted.execution_id
held = executions.follow_execution(id)
plan = executions.read_held_plan(id)
early = problem(lambda: executions.approve_execution(id, plan="beefbeef"))
approved = executions.approve_execution(id, plan=plan.plan[:8])
followed = executions.follow_execution(id)
document = executions.read_execution(id)
page = executions.list_executions(limit=5)
asked = tasks.submit_task(Task(request="show limits acme"))
for read in (
    estate.read_estate,
    estate.read_topology,
    estate.read_drift,
    estate.read_watch,
    tasks.list_drafts,
    audit.find_logs,
    audit.read_chain,
    agent.read_status,
    agent.list_skills,
    agent.readiness,
):
    read()  # its classes refuse what the description doesn't allow
estate.read_tenant(estate.find_tenants().tenants[0].tenant)
stranger = problem(lambda: EstateApi(caller("unknown")).read_drift())

print(
    json.dumps(
        {
            "outcome": planned.outcome,
            "id": id,
            "held": '"result":"HELD"' in held,
            "changes": len(plan.changes),
            "early": {"status": early.status, "remedy": early.remedy},
            "approved": approved.execution_id,
            "followed": '"result":"COMPLETED"' in followed,
            "result": document.result,
            "requester": document.requester,
            "steps": len(document.thought_log),
            "listed": [e.execution_id for e in page.executions],
            "answer": asked.answer.topic,
            "epoch": estate.read_policies().epoch,
            "stranger": stranger.status,
        }
    )
)
