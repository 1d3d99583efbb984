#!/usr/bin/env python3
"""Checks execution logs of DeployClaw offline, with Python's standard library and nothing else.

A second implementation of what `deployclaw audit verify` does, written from the format (docs/verify/README.md),
so that two programs have to be wrong in the same way before a changed log passes.

usage: verify.py [--key KEY]... [--chain CHAIN]... [--without-chain] FILE...
           FILE: a log, or a folder of them whose chain.json is a CHAIN; CHAIN: what `audit chain` printed;
           --without-chain: a folder may come without its chain, and then logs can be missing unseen.
           Prints {"file","code","seq","what"} for each finding, else {"links","logs"}: how much was checked.
           Exit 0: unchanged, 9: not, 2: wrong usage, a file that can't be read, a folder without a log
       verify.py [--key KEY] --corpus CASES
           a case a line: documents in Base64, chains behind "chain:"; prints a line of code:seq for each
"""
import base64
import hashlib
import json
import os
import re
import sys
from datetime import datetime
from decimal import Decimal

# --- Strict JSON: one spelling for each value but white space and the order of keys (RFC 8259, RFC 7493) ------------

MOST_BYTES, MOST_DEPTH, MOST_WHOLE = 256 << 20, 64, (1 << 53) - 1
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,15})\Z")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,23})\.[0-9]{0,23}[1-9]\Z")


class Malformed(Exception):
    code = "not-json"


class TooLarge(Malformed):
    code = "too-large"


def whole(text):
    if not WHOLE.match(text) or text == "-0" or abs(int(text)) > MOST_WHOLE:
        raise Malformed("a number that isn't in its shortest form, or beyond 2^53")
    return int(text)


def decimal(text):
    if not DECIMAL.match(text):
        raise Malformed("a number that isn't in its shortest form")
    return Decimal(text)


def members(pairs):
    out = {}
    for key, value in pairs:
        if key in out:
            raise Malformed("the key %r is given twice" % key)
        out[key] = value
    return out


def refuse(word):
    raise Malformed("not a value: " + word)


def whole_text(value, depth=0):
    """Every string must be whole Unicode, and nothing nested too deep."""
    if depth > MOST_DEPTH:
        raise Malformed("nested deeper than %d" % MOST_DEPTH)
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, list):
        for item in value:
            whole_text(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            key.encode("utf-8")
            whole_text(item, depth + 1)


def parse(data):
    if len(data) > MOST_BYTES:
        raise TooLarge("more than %d bytes" % MOST_BYTES)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_int=whole,
                           parse_float=decimal, parse_constant=refuse)
        whole_text(value)
    except (ValueError, RecursionError) as e:
        raise Malformed(str(e)) from e
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


# --- The canonical form (RFC 8785) and the chain -----------------------------------------------------------------------

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
SPECIAL = re.compile(r'["\\\x00-\x1f]')


def quoted(text):
    return '"' + SPECIAL.sub(lambda m: ESCAPES.get(m[0]) or "\\u%04x" % ord(m[0]), text) + '"'


def utf16(key):
    return key.encode("utf-16-be")


def canonical(value):
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (int, Decimal)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return "{" + ",".join(quoted(k) + ":" + canonical(value[k]) for k in sorted(value, key=utf16)) + "}"


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


PHASES = set("request plan open checkpoint stage prepare gate commit publish converge validate bake finish rollback end"
             .split())
STATUSES = {"OK", "WARNING", "ERROR", "SKIPPED", "UNKNOWN"}
HASH = re.compile(r"[0-9a-f]{64}\Z")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z\Z")
OPTIONAL = {"plan_hash", "epoch", "duration_us", "decision", "evidence", "before", "after"}


NEWEST, NEWEST_LINK, LATER = 2, 1, "is newer than this verifier knows: take a later one"


def is_text(v):
    return isinstance(v, str)


def is_whole(v):
    return isinstance(v, int) and not isinstance(v, bool)


def is_newer(item, newest):
    """Whether a later version wrote it: then nothing can be said of it."""
    return is_whole(item.get("schema_version")) and item["schema_version"] > newest


def is_time(v):
    """A moment in UTC that there is, with six digits of the second; not a second that was added."""
    try:
        return is_text(v) and bool(TIME.match(v) and datetime.strptime(v, "%Y-%m-%dT%H:%M:%S.%fZ"))
    except ValueError:
        return False


def all_whole(v):
    """Records hold whole numbers only, at any depth."""
    if isinstance(v, (dict, list)):
        return all(map(all_whole, v.values() if isinstance(v, dict) else v))
    return not isinstance(v, Decimal)


FIELDS = {
    "schema_version": lambda v: is_whole(v) and v == 1,
    "execution_id": lambda v: is_text(v) and v != "",
    "seq": lambda v: is_whole(v) and v > 0,
    "time": is_time,
    "step": lambda v: is_whole(v) and v >= 0,
    "phase": lambda v: is_text(v) and v in PHASES,
    "action": is_text,
    "detail": is_text,
    "status": lambda v: is_text(v) and v in STATUSES,
    "actor": is_text,
    "plan_hash": is_text,
    "epoch": is_whole,
    "duration_us": lambda v: is_whole(v) and v >= 0,
    "facts": lambda v: isinstance(v, dict) and all_whole(v),
    "prev": lambda v: is_text(v) and (v == "" or HASH.match(v)),
    "hash": lambda v: is_text(v) and HASH.match(v),
}
SECOND = dict(FIELDS, **{
    "schema_version": lambda v: is_whole(v) and v == 2,
    "decision": lambda v: isinstance(v, dict) and set(v) == {"name", "rule"}
    and all(is_text(w) and w != "" for w in v.values()),
    "evidence": lambda v: isinstance(v, list) and v != [] and all(is_whole(n) and n > 0 for n in v),
    "before": lambda v: is_text(v) and (v == "" or HASH.match(v)),
    "after": lambda v: is_text(v) and (v == "" or HASH.match(v)),
})


def shape_fault(record):
    version = record.get("schema_version")
    fields = SECOND if is_whole(version) and version == NEWEST else FIELDS
    for field, holds in fields.items():
        if field in record:
            if not holds(record[field]):
                return field + " can't be " + canonical(record[field])
        elif field not in OPTIONAL:
            return field + " is missing"
    unknown = [key for key in record if key not in fields]
    if unknown:
        return unknown[0] + " isn't a field of a record"
    rests = "evidence" in record or "before" in record
    parted = ("before" in record) != ("after" in record) or (rests and "decision" not in record)
    return "evidence, before and after belong to a decision, the latter two together" if parted else None


def chain(execution, records):
    found, seq, head = [], 0, ""
    for record in records:
        expected = seq + 1
        if is_newer(record, NEWEST):
            return found + [("newer-version", expected, LATER)], None, head
        fault = shape_fault(record)
        if fault:
            found.append(("bad-record", expected, fault))
            seq = expected
            continue
        seq = record["seq"]
        if seq != expected:
            found.append(("seq", expected, "expected record %d, found %d" % (expected, seq)))
        if record["execution_id"] != execution:
            found.append(("execution", seq, "belongs to " + record["execution_id"]))
        if record["prev"] != head:
            found.append(("prev", seq, "doesn't name the record before it"))
        head = record["hash"]
        if head != sha256(canonical({k: v for k, v in record.items() if k != "hash"})):
            found.append(("hash", seq, "doesn't hash to what it says"))
    return found, seq, head


# --- Ed25519 (RFC 8032, 5.1.7): only the check of a signature, which needs no secret --------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
SPKI = bytes.fromhex("302a300506032b6570032100")


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p, m, q):
    """n times p and m times q, in one go over the bits of both."""
    sums = None, p, q, add(p, q)
    out = (0, 1, 1, 0)
    for bit in reversed(range(max(n.bit_length(), m.bit_length()))):
        out = add(out, out)
        summand = sums[(n >> bit & 1) + 2 * (m >> bit & 1)]
        out = add(out, summand) if summand else out
    return out


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        raise ValueError("not a point")
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    if (x * x - xx) % P or (x == 0 and sign):
        raise ValueError("not a point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point(bytes.fromhex("58" + "66" * 31))


def strict(text):
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode("ascii") != text:
        raise ValueError("not the canonical Base64")
    return data


def holds(message, signature, key):
    try:
        sig, der = strict(signature), strict(key)
        if len(sig) != 64 or len(der) != len(SPKI) + 32 or not der.startswith(SPKI):
            return False
        public, r = point(der[len(SPKI):]), point(sig[:32])
    except (ValueError, UnicodeError):
        return False
    s = int.from_bytes(sig[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(sig[:32] + der[len(SPKI):] + message).digest(), "little") % L
    x, y, z, _ = times(s, BASE, k, (P - public[0], public[1], 1, P - public[3]))
    return not ((x - r[0] * z) % P or (y - r[1] * z) % P)


ROTATION = {"schema_version", "rotation", "time", "old", "new", "signature_old", "signature_new"}


def rotation_holds(rotation, number):
    """One key takes over from another: both have signed it."""
    if set(rotation) != ROTATION or not is_whole(rotation["schema_version"]) or rotation["schema_version"] != 1:
        return False
    texts = ("time", "old", "new", "signature_old", "signature_new")
    if not is_whole(rotation["rotation"]) or rotation["rotation"] != number or not all(is_text(rotation[k]) for k in texts):
        return False
    lines = ("deployclaw-audit-rotation-v1", str(number), rotation["time"], rotation["old"], rotation["new"])
    message = ("\n".join(lines) + "\n").encode("utf-8")
    return (rotation["old"] != rotation["new"] and holds(message, rotation["signature_old"], rotation["old"])
            and holds(message, rotation["signature_new"], rotation["new"]))


def rotations_hold(rotations, signer):
    if not isinstance(rotations, list) or not rotations or not all(isinstance(r, dict) for r in rotations):
        return False
    before = rotations[0].get("old")
    for number, rotation in enumerate(rotations, 1):
        if not rotation_holds(rotation, number) or rotation["old"] != before:
            return False
        before = rotation["new"]
    return before == signer


def signature(audit, purpose, signed, trusted):
    """What is wrong with a signature; trusted keys, or none."""
    sig, key = audit.get("signature"), audit.get("key")
    if not is_text(sig) or not is_text(key):
        return [("signature", 0, "the head isn't signed")]
    found, rotations = [], [r for r in listed(audit.get("rotations")) if isinstance(r, dict)]
    followed = "rotations" in audit and rotations_hold(audit["rotations"], key)
    if "rotations" in audit and not followed:
        found.append(("rotation", 0, "a rotation isn't signed by both keys, or doesn't follow"))
    if trusted and key not in trusted and not (followed and any(r["old"] in trusted for r in rotations)):
        return found + [("key", 0, "signed with a key that isn't the trusted one")]
    lines = ["deployclaw-audit-%s-%s" % (purpose, "v2" if rotations else "v1")] + signed
    if rotations:
        lines.append(sha256(canonical(rotations)))
    message = ("\n".join(lines) + "\n").encode("utf-8")
    return found if holds(message, sig, key) else found + [("signature", 0, "the signature doesn't fit the head")]


# --- What the document says, made again from its records ------------------------------------------------------------


def scaled(micros, scale):
    """Micros as seconds or milliseconds: an exact decimal in its shortest form, whole numbers without a point."""
    exact = Decimal(micros).scaleb(-scale)
    return int(exact) if exact == exact.to_integral_value() else exact.normalize()


def facts(record):
    return record["facts"] if isinstance(record.get("facts"), dict) else {}


def between(records):
    try:
        times_ = [datetime.strptime(r["time"], "%Y-%m-%dT%H:%M:%S.%fZ") for r in (records[0], records[-1])]
    except ValueError:
        return 0
    delta = times_[1] - times_[0]
    return max(0, (delta.days * 86400 + delta.seconds) * 10**6 + delta.microseconds)


def in_millis(value):
    if isinstance(value, list):
        return [in_millis(v) for v in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key in sorted(value, key=utf16):
        if key.endswith("_us") and is_whole(value[key]):
            out[key[:-2] + "ms"] = scaled(value[key], 3)
        else:
            out[key] = in_millis(value[key])
    return out


def step(number, own):
    summary = next((r for r in reversed(own) if facts(r).get("summary") is True), None)
    line = summary or own[-1]
    micros = summary.get("duration_us") if summary else None
    return {
        "step": number, "action": line["action"], "detail": line["detail"],
        "status": summary["status"] if summary else "UNKNOWN", "phase": line["phase"], "time": own[0]["time"],
        "duration_ms": scaled(between(own) if micros is None else micros, 3), "records": own,
    }


def first(records, key):
    """A fact that is null isn't told."""
    return next((facts(r)[key] for r in records if facts(r).get(key) is not None), None)


def either(value, otherwise):
    return otherwise if value is None else value


def derive(records):
    last = records[-1]
    ended = last["phase"] == "end"
    given = facts(last) if ended else {}
    phases = {}
    if isinstance(given.get("phases_us"), dict):
        phases = {k + "_ms": scaled(v, 3) for k, v in given["phases_us"].items() if is_whole(v)}
    if is_whole(given.get("waiting_us")):
        phases["waiting_ms"] = scaled(given["waiting_us"], 3)
    micros = given.get("duration_us")
    steps = sorted({r["step"] for r in records if r["step"] > 0})
    out = {
        "execution_id": last["execution_id"], "agent": "System Architect", "timestamp": records[0]["time"],
        "request": either(first([last] * ended + records, "request"), ""),
        "thought_log": [step(n, [r for r in records if r["step"] == n]) for n in steps],
        "result": either(given.get("result"), "UNKNOWN") if ended else "UNFINISHED",
        "duration_seconds": scaled(micros if is_whole(micros) else between(records), 6),
        "phases": phases, "rollback_available": given.get("rollback_available") is True,
        "records": [r for r in records if r["step"] == 0],
        "audit": {"head": last["hash"], "records": len(records)},
    }
    optional = {"requester": first([last] * ended + records, "requester")}
    for field in ("epoch", "plan_hash"):
        optional[field] = either(given.get(field), next((r[field] for r in reversed(records) if field in r), None))
    for key in ("rollback_of", "reason", "questions", "checkpoint", "validation"):
        if given.get(key) not in ("", {}, []):
            optional[key] = given.get(key)
    if "validation" in optional:
        optional["validation"] = in_millis(optional["validation"])
    out.update((k, v) for k, v in optional.items() if v is not None)
    return out


MISSING = object()


def differences(path, found, expected, out):
    if found is expected:
        return
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted(set(found) | set(expected), key=utf16):
            where = path + "." + key if path else key
            differences(where, found.get(key, MISSING), expected.get(key, MISSING), out)
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for i, (a, b) in enumerate(zip(found, expected)):
            differences("%s[%d]" % (path, i), a, b, out)
    elif found is MISSING or expected is MISSING or canonical(found) != canonical(expected):
        out.append(("derived", 0, path + " doesn't follow from the records"))


def derived(document, records):
    out, copy = [], dict(document)
    if isinstance(copy.get("audit"), dict):
        copy["audit"] = {k: v for k, v in copy["audit"].items() if k not in ("signature", "key", "rotations")}
    differences("", copy, derive(records), out)
    return out[:20]


# --- The rules of the process ----------------------------------------------------------------------------------------


def text(value):
    return value if is_text(value) else ""


def number(value):
    return value if is_whole(value) else 0


def listed(value):
    return value if isinstance(value, list) else []


# The states that can follow; none follows one at which a change is over. It begins at "".
NEXT = {state: set(following.split()) for state, following in {
    "": "opened", "opened": "checkpointed aborting", "checkpointed": "staged aborting", "staged": "prepared aborting",
    "prepared": "cleared held aborting", "held": "resumed aborting", "resumed": "staged aborting",
    "cleared": "widened committed aborting", "widened": "baking withdrawing",
    "baking": "widened committed withdrawing", "withdrawing": "rolledback failed",
    "committed": "published undoing failed", "published": "converged undoing failed",
    "converged": "baked soaking undoing failed", "soaking": "baked undoing failed", "baked": "completed",
    "undoing": "rolledback failed", "aborting": "aborted",
}.items()}

# With which results a log can end, by where its change stands: "" for none, or not opened.
RESULTS = {
    "": "COMPLETED NO_CHANGE HELD ABORTED REFUSED NEEDS_CLARIFICATION FAILED UNKNOWN", "held": "HELD ABORTED",
    "completed": "COMPLETED UNKNOWN", "rolledback": "ROLLED_BACK", "failed": "FAILED",
    "aborted": "ABORTED REFUSED FAILED",
}
RESULTS.update((s, "ABORTED UNKNOWN") for s in "opened checkpointed staged prepared resumed cleared aborting".split())
RESULTS.update((s, "UNKNOWN") for s in "widened baking withdrawing committed published converged soaking baked undoing"
               .split())


class Change:
    def __init__(self):
        self.turn, self.doubted, self.opened, self.plan, self.epoch = 0, False, {}, "", 0
        self.at, self.before, self.overtaken = {""}, set(), False
        self.past = {0: self.at}
        self.checkpoint, self.stored, self.prepared, self.votes = "", False, {}, {}
        self.held, self.approval, self.rule, self.activated, self.failed = False, {}, "", False, False

    def moves(self, state, turn, doubted):
        """A turn in doubt may have been applied or not: the next record has the same number, or the one after. Where
        the state store forgot late turns, it goes on from one that it remembered."""
        again, back = self.doubted and turn == self.turn, self.overtaken and turn <= self.turn
        before = self.past.get(turn - 1, set()) if again or back else self.at
        follows = (again or back or turn == self.turn + 1) and any(state in NEXT.get(s, ()) for s in before)
        self.at = {state} | (self.at if again and doubted else set())
        self.before, self.turn, self.doubted, self.overtaken = before, turn, doubted, False
        self.past[turn] = self.at
        return follows

    def states(self):
        late = set().union(*self.past.values()) if self.overtaken else set()
        return self.at | (self.before if self.doubted else set()) | late

    def get(self, key):
        return text(self.opened.get(key))

    def gate(self, key):
        """What the gate says of it; nothing where nothing tells."""
        gate = self.opened.get("gate")
        return gate.get(key) if isinstance(gate, dict) else None

    def asks(self):
        return listed(self.gate("asks")) != [] or self.gate("manual") is True

    def leaves_out(self, state, fact):
        """Members are left out on a way back, and by a person whom the log names; else by nobody."""
        return not ({"left_out", "left_out_by", "left_out_each"} & set(fact)) or (
            listed(fact.get("left_out")) != [] and text(fact.get("left_out_by")) != ""
            and ("left_out_each" not in fact or leaves_out_each(fact))
            and (self.back() or state == "rolledback"))

    def back(self):
        return self.get("kind") in ("rollback", "compensation")


def leaves_out_each(fact):
    """Of several persons each member is named with one, and the last of them is one of those."""
    each, members = fact["left_out_each"], listed(fact.get("left_out"))
    return (
        isinstance(each, dict) and all(is_text(m) for m in members) and set(each) == set(members)
        and all(text(person) != "" for person in each.values()) and fact["left_out_by"] in each.values())


def planned(change, changes, plans):
    digest, kind = change.get("digest"), change.get("kind")
    if kind == "forward":
        return digest in plans.get(change.plan, ())
    if kind == "rollback":
        plan = {"operation": "rollback", "undoes": change.get("undoes"), "target_digest": digest,
                "base_epoch": number(change.opened.get("base_epoch")), "base_digest": change.get("base_digest")}
        return change.plan == sha256(canonical(plan))
    undone = changes.get(change.get("undoes")) if kind == "compensation" else None
    return bool(undone and undone.failed and
                (number(undone.opened.get("base_epoch")) == 0 or undone.get("base_digest") == digest))


def vote_fault(change):
    count, absent = number(change.prepared.get("count")), listed(change.prepared.get("absent"))
    if count < 1 or not text(change.prepared.get("votes")):
        return "votes"
    without = listed(change.votes.get("no")) + listed(change.votes.get("unknown"))
    if (number(change.votes.get("yes")) != count or canonical(without) != canonical(absent)
            or (absent and not change.back())):
        return "votes"
    return None if change.prepared.get("digest") == change.get("digest") else "digest"


class Waiting:
    """Whether what was asked to wait waited: what the request, its caller or what understood it asked for, and a repair,
    which opens no change, has an approval of its own."""

    def __init__(self):
        self.asked, self.awaits, self.authorized, self.plan, self.revision = False, False, False, "", 0

    def next(self, record, fact):
        self.asked |= record["phase"] == "request" and fact.get("approval") == "manual"
        self.asked |= listed(fact.get("needs_approval")) != []
        name = text((record.get("decision") or {}).get("name"))
        if name == "await":
            self.awaits, self.authorized, self.plan = True, False, text(record.get("plan_hash"))
            self.revision = number(fact.get("base_revision"))
        elif name == "authorize":
            self.authorized = True
            return (self.awaits and fact.get("approved_plan") == self.plan
                    and number(fact.get("approved_revision")) == self.revision)
        elif name == "repair":
            right, self.authorized = self.authorized or not (self.asked or self.awaits), False
            return right
        return True


def approval_holds(change, asked):
    asks = change.asks() or (asked and change.get("kind") != "compensation")
    approved = text(change.approval.get("approver")) != ""
    if not change.rule or (change.rule == "way-back" and not change.back()):
        return False
    if change.rule != ("approved" if change.asks() else text(change.gate("rule")) or change.rule):
        return False
    if not approved:
        return not change.held and not asks and change.rule != "approved"
    return (change.approval.get("approved_plan") == change.plan
            and change.approval.get("approved_checkpoint") == change.checkpoint
            and number(change.approval.get("approved_revision")) == number(change.opened.get("base_revision")))


def activation_faults(change, fact, changes, plans, asked):
    if not planned(change, changes, plans):
        yield "plan"
    taken = change.checkpoint != "" and change.checkpoint == fact.get("checkpoint")
    if not taken or not (change.stored or change.back()):
        yield "checkpoint"
    fault = vote_fault(change)
    if fault:
        yield fault
    if not approval_holds(change, asked):
        yield "approval"
    if not change.get("digest") or change.get("digest") != fact.get("digest"):
        yield "digest"


def move(change, record, fact, votes):
    state = fact["state"]
    if state == "opened":
        change.opened, change.plan, change.epoch = fact, text(record.get("plan_hash")), number(record.get("epoch"))
    elif state == "checkpointed":
        change.checkpoint, change.stored = text(fact.get("checkpoint")), fact.get("stored") is True
    elif state == "staged":
        change.prepared = {}
    elif state == "prepared":
        change.prepared, change.votes = fact, votes
    elif state == "held":
        change.held, change.approval, change.rule = True, {}, ""
    elif state == "resumed":
        change.approval = fact
    elif state == "cleared":
        change.rule = text(fact.get("rule"))
    elif state in ("undoing", "withdrawing"):
        change.failed = True


def process(records):
    doubted = {facts(r)["in_doubt"] for r in records if is_whole(facts(r).get("in_doubt"))}
    changes, plans, votes, own, found, waiting = {}, {}, {}, None, [], Waiting()
    for record in records:
        fact, seq = facts(record), record["seq"]
        if is_text(fact.get("state")) and is_text(fact.get("change")):
            change = changes.setdefault(fact["change"], Change())
            own = own or change
            turn, before = number(fact.get("turn")), "%s at turn %d" % (sorted(change.states()), change.turn)
            if not change.moves(fact["state"], turn, seq in doubted):
                found.append(("turn", seq, "%s at turn %d, from %s" % (fact["state"], turn, before)))
            move(change, record, fact, votes)
            if not change.leaves_out(fact["state"], fact):
                found.append(("decision", seq, "%s is %s without members" % (fact["change"], fact["state"])))
            if fact["state"] == "published" and not change.activated:
                found.append(("activation", seq, "%s is published, and not activated" % fact["change"]))
            if fact["state"] == "prepared":
                votes = {}
            if fact["state"] in ("widened", "committed"):
                change.activated = True
                for code in activation_faults(change, fact, changes, plans, waiting.asked):
                    found.append((code, seq, "%s was activated against the rules" % fact["change"]))
            continue
        if is_text(fact.get("target_digest")):
            plans.setdefault(text(record.get("plan_hash")), set()).add(fact["target_digest"])
        if record.get("decision") == {"name": "recover", "rule": "overtaken"}:
            for change in changes.values():
                change.overtaken = True
        if record["phase"] == "prepare" and "yes" in fact:
            votes = fact
        if not waiting.next(record, fact):
            found.append(("approval", seq, "what waits for an approval is carried out, or authorized, without it"))
        if record["phase"] == "publish":
            for name, change in changes.items():
                if not change.activated and is_whole(record.get("epoch")) and change.epoch == record["epoch"]:
                    found.append(("activation", seq, "%s is published, and not activated" % name))
        if record["phase"] == "end":
            at, result = own.states() if own else {""}, fact["result"] if is_text(fact.get("result")) else "UNKNOWN"
            if not any(result in RESULTS.get(s, "").split() for s in at):
                found.append(("result", seq, "ends %s, and its change is %s" % (result, sorted(at))))
    return found


# --- What is decided, and on what it rests (version 2 of records) ---------------------------------------------------

# By name the rules by which it is made; none where its record says by which.
RULES = {name: set(rules.split()) for name, rules in {
    "plan": "change way-back accepted-state", "schedule": "start-at", "unschedule": "taken-off",
    "refuse": "request skill approver", "open": "forward rollback compensation", "checkpoint": "stored pending",
    "stage": "nobody-acts", "votes": "all without-absent", "hold": "", "approve": "approver", "pass": "",
    "widen": "first-cohort watched", "bake": "validated", "withdraw": "refused stopped overtaken",
    "commit": "at-once watched", "publish": "everybody-took-it persons-word",
    "converge": "everybody-acts persons-word", "soak": "validated", "prove": "validated watched",
    "complete": "collected", "undo": "refused", "put-back": "compensation withdrawn persons-word",
    "fail": "way-back-refused not-put-back overtaken", "abort": "", "discard": "nothing-left left-behind",
    "watch": "passed failed", "recover": "presumed-aborted roll-forward go-on overtaken",
    "collect": "needed-by-nobody", "await": "", "authorize": "approver", "repair": "committed-again", "reassert": "what-was-lost",
    "accept": "persons-word", "end": "",
}.items()}

# The decision by which a change comes to a state; all others are made between two of these.
MOVES = {
    "opened": "open", "checkpointed": "checkpoint", "staged": "stage", "prepared": "votes", "held": "hold",
    "resumed": "approve", "cleared": "pass", "widened": "widen", "baking": "bake", "withdrawing": "withdraw",
    "committed": "commit", "published": "publish", "converged": "converge", "soaking": "soak", "baked": "prove",
    "completed": "complete", "undoing": "undo", "rolledback": "put-back", "failed": "fail", "aborting": "abort",
    "aborted": "discard",
}

# On which earlier decisions one rests, where they were made. Activations rest on what those rest on, too.
ACTIVATIONS = {"widen", "commit"}
GROUNDS = {name: grounds.split() for name, grounds in {
    "checkpoint": "open", "stage": "checkpoint approve", "votes": "stage", "hold": "open checkpoint votes",
    "approve": "hold", "pass": "open checkpoint votes approve",
    "widen": "open checkpoint votes approve pass bake watch", "bake": "widen", "withdraw": "widen bake watch",
    "commit": "open checkpoint votes approve pass bake watch", "publish": "commit", "converge": "publish",
    "soak": "converge", "prove": "converge soak watch", "complete": "prove collect", "undo": "commit watch",
    "put-back": "undo withdraw complete", "fail": "commit undo withdraw", "abort": "open hold recover refuse",
    "discard": "abort", "watch": "bake soak", "collect": "prove", "unschedule": "schedule", "refuse": "hold await",
    "authorize": "await", "repair": "authorize",
}.items()}


def moved(record):
    return is_text(facts(record).get("state")) and is_text(facts(record).get("change"))


def decided(record, field="name"):
    return text((record.get("decision") or {}).get(field))


def decision_holds(record):
    """One of those that there are, and the one that the record's facts say."""
    name, rule, fact = decided(record), decided(record, "rule"), facts(record)
    if name and (name not in RULES or (RULES[name] and rule not in RULES[name])):
        return False
    if moved(record):
        expected = MOVES.get(fact["state"], "")
    elif record["phase"] == "end":
        expected = "end"
    else:
        expected = "" if name == "end" or name in MOVES.values() else name
    fits = {
        "open": lambda: rule == fact.get("kind"),
        "checkpoint": lambda: (rule == "stored") == (fact.get("stored") is True),
        "votes": lambda: (rule == "all") == (fact.get("absent") == []),
        "pass": lambda: rule == fact.get("rule"),
        "end": lambda: rule == fact.get("result"),
        **dict.fromkeys(("publish", "converge", "put-back"), lambda: (rule == "persons-word") == ("left_out" in fact)),
    }
    return name == expected and (name not in fits or fits[name]())


class Decisions:
    """What the records before one have decided."""

    def __init__(self, whole):
        self.whole, self.records, self.latest, self.last = whole, {}, {}, None
        self.opened, self.committed, self.votes = {}, None, 0

    def rests(self, ground, record):
        if ground is None:
            return True
        evidence = set(record.get("evidence", []))
        deep = set(ground.get("evidence", [])) if decided(record) in ACTIVATIONS else set()
        return ground["seq"] in evidence and deep <= evidence

    def leads_here(self, number, record):
        """Whether a record is the plan of what is opened, or that what it undoes is gone back from."""
        ground, fact = self.records.get(number, {}), facts(record)
        if fact.get("kind") == "compensation":
            change = facts(ground).get("change")
            return decided(ground) == "undo" and is_text(change) and change == fact.get("undoes")
        return (decided(ground) in ("plan", "schedule") and text(ground.get("after")) == text(fact.get("digest"))
                and text(ground.get("plan_hash")) == text(record.get("plan_hash")))

    def ground_faults(self, record):
        name = decided(record)
        for ground in GROUNDS.get(name, ()):
            if not self.rests(self.latest.get(ground), record):
                yield "%s doesn't rest on %s" % (name, ground)
        evidence = record.get("evidence", [])
        if name == "open" and not any(self.leads_here(n, record) for n in evidence):
            yield "open doesn't rest on what leads to these policies"
        if name == "votes" and self.votes > 0 and self.votes not in evidence:
            yield "votes are counted without record %d, which has them" % self.votes
        if name == "end" and not self.rests(self.last, record):
            yield "end doesn't rest on what was decided last"

    def policies_hold(self, record):
        name, fact, ends = decided(record), facts(record), (record.get("before"), record.get("after"))
        digest, base = text(facts(self.opened).get("digest")), text(facts(self.opened).get("base_digest"))
        if name == "commit" and self.committed is not None and self.committed != ends[0]:
            return False
        if name in ("plan", "schedule"):
            said = fact.get("base_digest", ends[0]) if name == "plan" else ends[0]
            return ends[0] is not None and (said, fact.get("target_digest", ends[1])) == ends
        on = base, digest
        expected = {"stage": ("", digest), "widen": on, "commit": on, "withdraw": (digest, base)}
        return ends == expected.get(name, (None, None))

    def learn(self, record):
        """What is decided between moves counts until the next; moves until another change is opened, but for undo."""
        name, fact = decided(record), facts(record)
        self.records[record["seq"]] = record
        if moved(record):
            self.latest = {k: v for k, v in self.latest.items() if k in MOVES.values()}
        elif record["phase"] == "prepare" and "yes" in fact:
            self.votes = record["seq"]
        if fact.get("state") == "opened":
            self.latest = {k: v for k, v in self.latest.items() if k == "undo"}
            self.opened, self.votes = record, 0
        if name == "commit" and is_text(record.get("after")):
            self.committed = record["after"]
        elif record.get("decision") == {"name": "recover", "rule": "overtaken"}:
            self.committed = None  # the state store may have forgotten it
        if name:
            self.latest[name] = self.last = record


def decisions(records):
    past, found, second = Decisions(records[0]["schema_version"] > 1), [], False
    for record in records:
        seq, evidence = record["seq"], record.get("evidence", [])
        if record["schema_version"] > 1:
            second = True
            for before, n in zip([0] + evidence, evidence):
                if n <= before or n >= seq:
                    found.append(("evidence", seq, "can't rest on record %d after record %d" % (n, before)))
            if not decision_holds(record):
                found.append(("decision", seq, "isn't a decision, or not that of this record"))
            if past.whole and decided(record):
                found += [("evidence", seq, what) for what in past.ground_faults(record)]
            if not past.policies_hold(record):
                found.append(("policies", seq, "leads from, or to, other policies than it may"))
        elif second:
            found.append(("decision", seq, "is of version 1, after one of version 2"))
        past.learn(record)
    return found


# --- A document as a whole -----------------------------------------------------------------------------------------------


def objects(value):
    return [item for item in listed(value) if isinstance(item, dict)]


def audit_of(document):
    return document["audit"] if isinstance(document.get("audit"), dict) else {}


def verify(data, trusted=()):
    """The execution, the hashes of its records, and what is wrong with a log."""
    try:
        document = parse(data)
    except Malformed as e:
        return "", [], [(e.code, 0, str(e))]
    records = objects(document.get("records"))
    for line in objects(document.get("thought_log")):
        records += objects(line.get("records"))
    records.sort(key=lambda r: r["seq"] if is_whole(r.get("seq")) else 0)
    execution = text(document.get("execution_id"))
    if not records:
        return execution, [], [("seq", 1, "the document holds no record")]
    broken, seq, head = chain(execution, records)
    found = list(broken)
    if seq is not None:
        found += signature(audit_of(document), "head", [execution, str(seq), head], trusted)
    if not broken:
        found += derived(document, records) + process(records) + decisions(records)
        if records[-1]["phase"] != "end":
            found.append(("no-end", seq, "the log stops without an end record"))
    return execution, [r.get("hash") for r in records], found


# --- The chain over executions ---------------------------------------------------------------------------------------

LINK = {
    "schema_version": lambda v: is_whole(v) and v == 1,
    "link": lambda v: is_whole(v) and v > 0,
    "execution_id": lambda v: is_text(v) and v != "",
    "records": lambda v: is_whole(v) and v > 0,
    "head": lambda v: is_text(v) and HASH.match(v),
    "prev": lambda v: is_text(v) and (v == "" or HASH.match(v)),
    "hash": lambda v: is_text(v) and HASH.match(v),
}


def links_of(document):
    """The links that can be read, and what is wrong with them."""
    links, found, number, head, ended = [], [], 0, "", {}
    for link in listed(document.get("links")):
        expected = number + 1
        if isinstance(link, dict) and is_newer(link, NEWEST_LINK):
            return links, found + [("newer-version", expected, LATER)], None, head
        if not isinstance(link, dict) or set(link) != set(LINK) or not all(LINK[k](link[k]) for k in LINK):
            found.append(("bad-record", expected, "isn't a link"))
            number = expected
            continue
        number = link["link"]
        if number != expected:
            found.append(("seq", expected, "expected link %d, found %d" % (expected, number)))
        if link["prev"] != head:
            found.append(("prev", number, "doesn't name the link before it"))
        if link["hash"] != sha256(canonical({k: v for k, v in link.items() if k != "hash"})):
            found.append(("hash", number, "doesn't hash to what it says"))
        if ended.get(link["execution_id"], 0) >= link["records"]:
            found.append(("doubled", number, link["execution_id"] + " had ended so, or later, before"))
        ended[link["execution_id"]] = link["records"]
        head = link["hash"]
        links.append(link)
    return links, found, number, head


def verify_chain(data, trusted=()):
    try:
        document = parse(data)
    except Malformed as e:
        return [], [(e.code, 0, str(e))]
    audit = audit_of(document)
    links, found, number, head = links_of(document)
    if set(document) - {"links", "audit"} or set(audit) - {"links", "head", "signature", "key", "rotations"}:
        found.append(("bad-record", 0, "isn't a field of a chain"))
    if not isinstance(document.get("links"), list):
        found.append(("bad-record", 0, "there is no list of links"))
    if number is None:
        return links, found
    if audit.get("head") != head or not is_whole(audit.get("links")) or audit["links"] != number:
        found.append(("derived", 0, "audit names another end than the last link"))
    return links, found + signature(audit, "chain", [str(number), head], trusted)


def against(links, hashes):
    for link in links:
        if link["records"] > len(hashes) or hashes[link["records"] - 1] != link["head"]:
            yield "replaced", link["records"], "link %d names another end" % link["link"]
    chained = links[-1]["records"] if links else 0
    if chained < len(hashes):
        yield "unchained", chained + 1, "no link covers it and what follows"


def verify_all(chains, logs, trusted=()):
    """Names and bytes of chains and logs; what is wrong, by name, and the longest chain."""
    found, longest, longest_name = {}, [], None
    for name, data in chains:
        links, found[name] = verify_chain(data, trusted)
        shorter, longer = sorted((longest, links), key=len)
        if shorter != longer[:len(shorter)]:
            found[name].append(("fork", len(shorter), "doesn't go on from, or to, %s" % longest_name))
        if longest_name is None or len(links) > len(longest):
            longest, longest_name = links, name
    ends, named = {}, {}
    for link in longest:
        ends.setdefault(link["execution_id"], []).append(link)
    for name, data in logs:
        execution, hashes, found[name] = verify(data, trusted)
        if execution in named and execution:
            found[name].append(("doubled", 0, "is a log of the execution of %s" % named[execution]))
        named.setdefault(execution, name)
        if longest_name is not None and hashes:
            found[name] += against(ends.get(execution, []), hashes)
    for execution, links in ends.items():
        if execution not in named:
            found[longest_name].append(("missing", links[-1]["link"], "there is no log of " + execution))
    return found, longest


def corpus(path, trusted):
    with open(path, encoding="ascii") as lines:
        for line in lines:
            items = line.split()
            chains = [(i, base64.b64decode(t[6:])) for i, t in enumerate(items) if t.startswith("chain:")]
            logs = [(i, base64.b64decode(t)) for i, t in enumerate(items) if not t.startswith("chain:")]
            found = verify_all(chains, logs, trusted)[0].values()
            print(" ".join(sorted({"%s:%d" % (code, seq) for each in found for code, seq, _ in each})) or "ok", flush=True)
    return 0


def inside(path):
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".json")]


class Unread(Exception):
    def __init__(self, path, what):
        super().__init__(what)
        self.path = path


def sort(files, chains, logs):
    """Files are logs; in folders all but their chains are. The folders are given back."""
    folders = [path for path in files if os.path.isdir(path)]
    for path in files:
        found = inside(path)
        own = [file for file in found if file == path or os.path.basename(file) != "chain.json"]
        if not own:
            raise Unread(path, path + " holds no log")
        logs += own
        chains += [file for file in found if file not in own]
    return folders


def read(path):
    """One byte more than is checked tells that there are more."""
    with open(path, "rb") as file:
        return path, file.read(MOST_BYTES + 1)


def options(args):
    """What the command line says; None where it is wrong."""
    given, files, without = {"--key": [], "--chain": [], "--corpus": []}, [], False
    while args:
        arg = args.pop(0)
        if arg == "--without-chain":
            without = True
        elif arg in given and args:
            given[arg].append(args.pop(0).strip())
        elif arg.startswith("-"):
            return None
        else:
            files.append(arg)
    return given, files, without


def check(given, files, without):
    logs, chains, found = [], given["--chain"], {}
    folders = sort(files, chains, logs)
    if not chains and not without:
        found = {path: [("no-chain", 0, "holds no chain.json, so a log may be missing")] for path in folders}
    more, links = verify_all(map(read, chains), map(read, logs), set(given["--key"]))
    found.update(more)
    lines = [{"file": path, "code": code, "seq": seq, "what": what} for path in found for code, seq, what in found[path]]
    for line in lines or [{"links": len(links), "logs": len(logs)}]:
        print(json.dumps(line, ensure_ascii=False))
    return 9 if lines else 0


def main(args):
    asked = options(args)
    if asked and len(asked[0]["--corpus"]) == 1 and not asked[1]:
        return corpus(asked[0]["--corpus"][0], set(asked[0]["--key"]))
    if not asked or not (asked[1] or asked[0]["--chain"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return check(*asked)
    except OSError as e:
        print(json.dumps({"file": e.filename, "code": "unreadable", "what": str(e)}, ensure_ascii=False))
    except Unread as e:
        print(json.dumps({"file": e.path, "code": "unreadable", "what": str(e)}, ensure_ascii=False))
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
