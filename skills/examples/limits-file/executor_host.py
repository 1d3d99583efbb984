"""The host's side of executor_host.proto for a plugin in Python: seals, grants, content, start and end.

Needs grpc and protobuf (Debian: python3-grpcio, python3-protobuf). executor_host_pb2.py is what protoc makes of
the published .proto.
"""
import concurrent.futures
import hashlib
import hmac
import os
import sys
import threading
import time
import uuid

import grpc

import executor_host_pb2 as wire

REVISION = 1
PARTICIPANT = ("observe", "stage", "prepare", "publish", "converge", "discard")
KEPT_CONTENTS = 16
MOST_USED_GRANTS = 100_000
MOST_BYTES = 64 << 20
CALLS_AT_ONCE = 4


class Refused(Exception):
    """A call that ends with a fault: kind is one of Fault.Kind."""

    def __init__(self, kind, reason):
        super().__init__(reason)
        self.fault = wire.Outcome(fault=wire.Fault(kind=kind, reason=reason))


class ContentMissing(Exception):
    """A call names bytes that the agent has to put first."""


def ungranted(why):
    return Refused(wire.Fault.UNGRANTED, "the call was refused: " + why)


class Grants:
    """Lets each sealed call through once, before it expires, for the operations of this executor."""

    def __init__(self, key, name, operations):
        self.key, self.name, self.operations = key, name, operations
        self.used, self.lock = {}, threading.Lock()

    def verified(self, sealed):
        """The call and its verb."""
        seal = hmac.new(self.key, sealed.call, hashlib.sha256).digest()
        if not hmac.compare_digest(seal, sealed.seal):
            raise ungranted("its seal is wrong")
        call = wire.GrantedCall.FromString(sealed.call)
        kind = call.WhichOneof("call")
        verb = call.look.verb if kind == "look" else kind
        if call.executor != self.name:
            raise ungranted("it is for executor " + call.executor)
        if verb not in self.operations or (kind == "look") == (verb in PARTICIPANT):
            raise ungranted("there is no such operation here")
        if self.operations[verb] in (wire.ACTIVATE, wire.DESTROY) and not call.purpose.execution:
            raise ungranted(verb + " needs an execution, and its grant names none")
        self.use(call.grant, call.expires_monotonic_nanos, time.monotonic_ns())
        return call, verb

    def use(self, grant, expires, now):
        with self.lock:
            if expires <= now:
                raise ungranted("its grant expired")
            if grant in self.used:
                raise ungranted("its grant was used before")
            self.used = {g: until for g, until in self.used.items() if until > now}
            if len(self.used) >= MOST_USED_GRANTS:
                raise ungranted("too many grants are in use to recognise one that was used")
            self.used[grant] = expires


class ExecutorHost:
    """One executor: `perform(call, verb, content)` gives member reports; content(sha256) gives bytes."""

    def __init__(self, name, operations, perform):
        self.name, self.operations, self.perform = name, operations, perform
        self.contents, self.incarnation = {}, uuid.uuid4().hex

    def serve(self):
        """Serves until standard input ends."""
        grants = Grants(bytes.fromhex(sys.stdin.readline().strip()), self.name, self.operations)
        server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(CALLS_AT_ONCE),
            options=[("grpc.max_receive_message_length", MOST_BYTES)])
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("deployclaw.executor.v1.ExecutorHost", {
            "Handshake": unary(self.handshake, wire.HandshakeRequest),
            "PutContent": unary(self.put, wire.Content),
            "Execute": unary(lambda sealed: self.execute(grants, sealed), wire.SealedCall),
        }),))
        server.add_insecure_port("unix:" + os.environ["DEPLOYCLAW_HOST_SOCKET"])
        server.start()
        print("ready", flush=True)
        while sys.stdin.read(1):
            pass
        os._exit(0)  # a call that is cut off is unknown to the agent

    def handshake(self, request):
        spoken = request.oldest_revision <= REVISION <= request.newest_revision
        operations = [wire.OperationDescription(verb=v, effect=e) for v, e in sorted(self.operations.items())]
        return wire.HandshakeReply(
            revision=REVISION if spoken else 0, problem="" if spoken else "revision %d alone is spoken here" % REVISION,
            host=self.name, incarnation=self.incarnation, isolation=isolation(),
            executors=[wire.ExecutorDescription(name=self.name, operations=operations)])

    def put(self, content):
        sha256 = hashlib.sha256(content.bytes).hexdigest()
        kept = {k: v for k, v in list(self.contents.items())[1 - KEPT_CONTENTS:] if k != sha256}
        self.contents = {**kept, sha256: content.bytes}
        return wire.PutContentReply(sha256=sha256)

    def content(self, sha256):
        if sha256 not in self.contents:
            raise ContentMissing(sha256)
        return self.contents[sha256]

    def execute(self, grants, sealed):
        try:
            call, verb = grants.verified(sealed)
            reports = self.perform(call, verb, self.content)
            return wire.Outcome(done=wire.Done(reports=reports, facts="{}"))
        except ContentMissing as missing:
            return wire.Outcome(content_needed=wire.ContentNeeded(sha256=missing.args))
        except Refused as refused:
            return refused.fault
        except Exception as bug:  # how far it went isn't known
            return Refused(wire.Fault.UNKNOWN, "%s: %s" % (type(bug).__name__, bug)).fault


def unary(method, request):
    return grpc.unary_unary_rpc_method_handler(
        lambda message, _: method(message), request.FromString, lambda reply: reply.SerializeToString())


def isolation():
    """What the kernel says of this process."""
    with open("/proc/self/status") as status:
        facts = dict(line.partition(":")[::2] for line in status)
    wanted = {"no-new-privileges": ("NoNewPrivs", "1"), "capabilities": ("CapEff", "0" * 16), "seccomp": ("Seccomp", "2")}
    return [wire.IsolationLayer(name=layer, enforced=facts[key].strip() == value, detail=key + " " + facts[key].strip())
            for layer, (key, value) in wanted.items()]
