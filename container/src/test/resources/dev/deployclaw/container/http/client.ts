// Uses the generated client: plans, submits, follows, approves, reads. Prints what it saw as JSON.
import {
  Configuration,
  EstateApi,
  ExecutionsApi,
  ProblemFromJSON,
  ResponseError,
  TasksApi,
  type Problem,
} from './generated/index.js';

declare const process: { argv: string[] };

const [address, olivia, ann] = process.argv.slice(2);
const as = (accessToken: string) => new Configuration({ basePath: address, accessToken });
const executions = new ExecutionsApi(as(ann));
const estate = new EstateApi(as(ann));
const tasks = new TasksApi(as(olivia));

async function problem(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (e) {
    if (e instanceof ResponseError) {
      return ProblemFromJSON(await e.response.json());
    }
    throw e;
  }
  throw new Error('it was answered');
}

const planned = await tasks.planRequest({ planRequest: { request: 'apply' } });
const submitted = await tasks.submitTask({
  task: { request: 'apply', approval: 'manual' },
  idempotencyKey: 'generated-1',
});
const id = submitted.executionId;
if (id === undefined) {
  throw new Error('a question?');
}
const held = await executions.followExecution({ id });
const plan = await executions.readHeldPlan({ id });
const early = await problem(executions.approveExecution({ id, plan: 'beefbeef' }));
const approved = await executions.approveExecution({ id, plan: plan.plan.slice(0, 8) });
const followed = await executions.followExecution({ id });
const document = await executions.readExecution({ id });
const page = await executions.listExecutions({ limit: 5 });
const asked = await tasks.submitTask({ task: { request: 'show limits acme' } });
const policies = await estate.readPolicies();
const stranger = await problem(new EstateApi(as('unknown')).readDrift());

console.log(
  JSON.stringify({
    outcome: planned.outcome,
    id,
    held: (held ?? '').includes('"result":"HELD"'),
    changes: plan.changes.length,
    early,
    approved: approved.executionId,
    followed: (followed ?? '').includes('"result":"COMPLETED"'),
    result: document.result,
    requester: document.requester,
    steps: document.thoughtLog.length,
    listed: page.executions.map((e) => e.executionId),
    answer: asked.answer?.topic,
    epoch: policies.epoch,
    stranger: stranger.status,
  }),
);
