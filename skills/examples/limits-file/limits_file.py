#!/usr/bin/python3 -EsB
"""A participant for a gateway of your own that reads its limits from a JSON file, served over HTTP.

    limits_file.py --member shop --folder /srv/limits --url http://127.0.0.1:8081/limits.json

A web server serves FOLDER/limits.json. Beside it lie `epochs/` (what is staged), `fence` (the newest term and
epoch that wrote here) and `lock`. A write is durable: fsync, then a rename. One rename publishes, and converge
believes only what the web server answers.
"""
import argparse
import base64
import contextlib
import fcntl
import hashlib
import json
import os
import stat
import time
import urllib.error
import urllib.request

import executor_host
import executor_host_pb2 as wire
from executor_host import Refused

NAME = "limits-file"
OPERATIONS = {
    "served": wire.OBSERVE, "observe": wire.OBSERVE, "stage": wire.STAGE, "prepare": wire.STAGE,
    "publish": wire.ACTIVATE, "converge": wire.OBSERVE, "discard": wire.DESTROY,
}
MOST_BYTES = 16 << 20
YES, NO, SKIPPED = wire.MemberReport.YES, wire.MemberReport.NO, wire.MemberReport.SKIPPED


class Folder:
    """Every write replaces a whole file, and is on disk when it returns."""

    def __init__(self, path):
        self.path, self.limits, self.mark = path, os.path.join(path, "limits.json"), os.path.join(path, "fence")
        os.makedirs(os.path.join(path, "epochs"), exist_ok=True)

    def epoch(self, number):
        return os.path.join(self.path, "epochs", "%d.json" % number)

    @contextlib.contextmanager
    def locked(self):
        """One writer at a time, also among processes."""
        with open(os.path.join(self.path, "lock"), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def read(path):
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
            return file.read(MOST_BYTES)
        return None

    @staticmethod
    def write(path, data):
        """None is no file."""
        if data is None:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
        else:
            with open(path + ".new", "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(path + ".new", path)
        folder = os.open(os.path.dirname(path), os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)

    def staged(self, number):
        """The digest and the file that were staged; None where nothing was."""
        data = self.read(self.epoch(number))
        return None if data is None else unpacked(json.loads(data))

    def fence(self):
        """The newest term and epoch that wrote here."""
        return tuple(int(word) for word in (self.read(self.mark) or b"0 0").split())

    def why_unwritable(self):
        """A trial of the write that publish will make."""
        try:
            mode = os.lstat(self.limits).st_mode if os.path.lexists(self.limits) else 0o100600
            if not stat.S_ISREG(mode) or not mode & stat.S_IWUSR:
                return "limits.json is write-protected"
            self.write(self.limits + ".trial", b"")
            self.write(self.limits + ".trial", None)
            return ""
        except OSError as error:
            return "limits.json can't be written: %s" % error.strerror


class LimitsFile:
    """The participant and its one member."""

    def __init__(self, member, folder, url):
        self.member, self.folder, self.url = NAME + "/" + member, Folder(folder), url

    def perform(self, call, verb, content):
        until = time.monotonic() + call.timeout_nanos / 1e9
        if verb == "observe":
            return [self.observe()]
        if verb == "served":
            return [self.look(until)]
        if verb == "discard":
            with self.folder.locked():
                return [self.discard(call.discard.epoch, call.fence)]
        activation = getattr(call, verb)
        wanted = self.wanted(activation, content)
        if wanted is None:
            return [self.report(SKIPPED, reason="it wasn't seen before the first change, and keeps what it has")]
        if verb == "converge":
            return [self.converge(wanted, until)]
        with self.folder.locked():
            return [getattr(self, verb)(activation.epoch, wanted, call.fence)]

    def wanted(self, activation, content):
        """The set's digest and what limits.json must hold; None where nobody knows that."""
        data, digest = content(activation.set.content_sha256), activation.set.digest
        if hashlib.sha256(data).hexdigest() != digest:
            raise Refused(wire.Fault.INVALID, "the policy set isn't the one of digest " + digest)
        if not activation.HasField("restores_sha256"):
            return digest, render(data, digest, activation.epoch)
        found = json.loads(content(activation.restores_sha256)).get(NAME, [])
        mine = [f for f in found if f.get("member") == self.member and "unseen" not in f]
        return unpacked({"digest": digest, "file": mine[0].get("file")}) if mine else None

    def observe(self):
        """All that it takes to put the file back; its digest, if it is what was published."""
        data = self.folder.read(self.folder.limits)
        if data is None:
            return self.report(YES)
        digest, epoch = named(data)
        facts = packed("", data) | ({"epoch": epoch} if digest else {})
        if digest and self.folder.staged(epoch) != (digest, data):
            return self.report(NO, reason="limits.json isn't what was published as epoch %d" % epoch, facts=facts)
        return self.report(YES, digest, facts=facts)

    def look(self, until):
        """What the web server answers, for a step of a skill."""
        answer = self.served(until)
        digest, epoch = named(answer or b"")
        return self.report(YES, digest, facts={"epoch": epoch, "bytes": len(answer or b"")})

    def stage(self, epoch, wanted, fence):
        self.check(fence, epoch)
        there = self.folder.staged(epoch)
        if there is not None and there[0] != wanted[0]:
            return self.report(NO, reason="epoch %d holds another policy set" % epoch)
        if there != wanted:
            self.folder.write(self.folder.epoch(epoch), json.dumps(packed(*wanted)).encode())
        return self.report(YES, wanted[0])

    def prepare(self, epoch, wanted, fence):
        why = self.unstaged(epoch, wanted) or self.folder.why_unwritable()
        return self.report(NO, reason=why) if why else self.report(YES, wanted[0])

    def publish(self, epoch, wanted, fence):
        self.check(fence, epoch)
        why = self.unstaged(epoch, wanted)
        if why:
            return self.report(NO, reason=why)
        if self.folder.fence() != (fence.term, epoch):
            self.folder.write(self.folder.mark, b"%d %d\n" % (fence.term, epoch))
        if self.folder.read(self.folder.limits) != wanted[1]:
            self.folder.write(self.folder.limits, wanted[1])
        return self.report(YES, wanted[0])

    def converge(self, wanted, until):
        answer = self.served(until)
        if answer == wanted[1]:
            return self.report(YES, wanted[0])
        digest, epoch = named(answer or b"")
        return self.report(NO, reason="the web server answers " + ("epoch %d" % epoch if digest else "something else"))

    def discard(self, epoch, fence):
        self.check(fence, None)
        if epoch == self.folder.fence()[1]:
            return self.report(NO, reason="epoch %d is published" % epoch)
        self.folder.write(self.folder.epoch(epoch), None)
        return self.report(YES)

    def check(self, fence, epoch):
        """Refuses a leader or an epoch that is older than one that wrote here; a newer leader is kept in mind."""
        term, newest = self.folder.fence()
        if fence.term < term:
            raise Refused(wire.Fault.CONFLICT, "the later term %d has already written here" % term)
        if epoch is not None and epoch < newest:
            raise Refused(wire.Fault.CONFLICT, "the later epoch %d is published here" % newest)
        if fence.term > term:
            self.folder.write(self.folder.mark, b"%d %d\n" % (fence.term, newest))

    def unstaged(self, epoch, wanted):
        there = self.folder.staged(epoch)
        if there is None:
            return "epoch %d isn't staged" % epoch
        return "" if there == wanted else "what is staged as epoch %d is something else" % epoch

    def served(self, until):
        """The bytes; None where the server says that there is no file."""
        try:
            with urllib.request.urlopen(self.url, timeout=max(0.1, until - time.monotonic())) as answer:
                return answer.read(MOST_BYTES)
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError) and error.code == 404:
                return None
            raise Refused(wire.Fault.UNAVAILABLE, "the web server doesn't answer: %s" % error)

    def report(self, answer, digest="", reason="", facts=None):
        return wire.MemberReport(
            member=self.member, answer=answer, digest=digest, reason=reason, facts=json.dumps(facts or {}))


def render(data, digest, epoch):
    """The gateway's file: each tenant's limits, and whose they are."""
    tenants = {t["tenant"]: {"blocked": t["blocked"], "limits": t["limits"]} for t in json.loads(data)["tenants"]}
    return (json.dumps({"digest": digest, "epoch": epoch, "tenants": tenants}, indent=1, sort_keys=True) + "\n").encode()


def named(data):
    """The digest and the epoch that a file says it has; none where it isn't ours."""
    try:
        file = json.loads(data)
        return str(file["digest"]), int(file["epoch"])
    except (ValueError, KeyError, TypeError):
        return "", 0


def packed(digest, data):
    return {"digest": digest, "file": None if data is None else base64.b64encode(data).decode()}


def unpacked(facts):
    return facts["digest"], None if facts["file"] is None else base64.b64decode(facts["file"])


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    for option in ("--member", "--folder", "--url"):
        options.add_argument(option, required=True)
    told = options.parse_args()
    participant = LimitsFile(told.member, told.folder, told.url)
    executor_host.ExecutorHost(NAME, OPERATIONS, participant.perform).serve()
