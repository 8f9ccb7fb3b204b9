"""SMTP credentials: derived as AWS documents it, shown only where they are asked for, and rotated without a gap."""

from __future__ import annotations

import io
import json
import os
import smtplib
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from loadtests.endpoint import serve as serving
from loadtests.endpoint.smtp import server as smtp
from loadtests.smtp_credentials import credentials_file
from loadtests.smtp_credentials.password import smtp_password
from loadtests.smtp_credentials.template import MOST_INLINE, inline, template
from scenarios.errors import BadInput
from seslab.app import run
from tests.unit.served import Endpoint, served
from tests.unit.served_mail import Takes, secured, started

USER, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DOMAIN = "news.example.com"
INVALID = (535, b"Authentication Credentials Invalid")
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")

PUBLISHED = {
    ("eu-central-1", "some+secret+key"): "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2",
    ("eu-central-1", "another+secret+key"): "BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh",
    ("us-west-1", "some+secret+key"): "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj",
    ("us-west-1", "another+secret+key"): "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF",
}
"""Of the tests of Terraform's provider for AWS, which makes such passwords too: AWS publishes a script, no example."""


@pytest.mark.parametrize(("region", "secret"), PUBLISHED)
def test_a_password_is_the_one_that_others_publish(region: str, secret: str) -> None:
    """Signature version 4 of a fixed message on a fixed day, behind a byte with the version."""
    assert smtp_password(secret, region) == PUBLISHED[region, secret]


@pytest.fixture(name="piped")
def _piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets a text come through a pipe."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def _profiles(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "credentials").write_text(text)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "none"))


def _profile(name: str, *more: str) -> str:
    lines = (f"[{name}]", f"aws_access_key_id = {USER}", f"aws_secret_access_key = {SECRET}", *more)
    return "".join(f"{line}\n" for line in lines)


def test_a_secret_comes_through_a_pipe_or_from_a_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], piped: Callable[[str], None]
) -> None:
    """Either way the password, and nothing else, is on standard output."""
    _profiles(tmp_path, monkeypatch, _profile("mail"))
    piped(f"{SECRET}\n")
    for how in ([], ["--profile", "mail"]):
        assert run(["smtp-credentials", "--region", "eu-west-1", *how], "seslab") == 0
        assert capsys.readouterr() == (f"{smtp_password(SECRET, 'eu-west-1')}\n", "")


def test_a_file_has_both_and_is_its_owners(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], piped: Callable[[str], None]
) -> None:
    """Nothing of the password is shown; the file lets in exactly whom it names, and is never written over."""
    _profiles(tmp_path, monkeypatch, _profile("mail"))
    for name, how in (("a", ["--access-key-id", USER]), ("b", ["--profile", "mail"])):
        piped(SECRET)
        out = tmp_path / name
        words = ["smtp-credentials", "--region", "us-east-1", *how, "--out", str(out)]
        assert run(words, "seslab") == 0
        password = smtp_password(SECRET, "us-east-1")
        assert password not in "".join(capsys.readouterr())
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        credentials = credentials_file.read(out)
        assert credentials.allow(USER.encode(), password.encode())
        assert not credentials.allow(USER.encode(), smtp_password(SECRET, "eu-west-1").encode())
        assert not credentials.allow(b"AKIA", password.encode())
        assert not credentials.allow(b"AKIA", b"")
        piped(SECRET)
        with pytest.raises(BadInput, match="is there already; name a new file"):
            run(words, "seslab")


@pytest.mark.parametrize(
    ("words", "secret", "line"),
    [
        ("--region eu-west-1", SECRET[1:], r"^the secret access key: has 39 characters; must be"),
        ("--region eu-west-1", f"{SECRET} ", None),
        ("--region eu-west-1", f"{SECRET}\n{SECRET}", r"^the secret access key: has 81 characters"),
        ("--region eu-west-1", "", r"^the secret access key: has 0 characters"),
        ("--region eu-west-1", "é" * 40, r"^the secret access key: holds what no key does; must be 40 visible"),
        ("--region eu-west-1", f"{SECRET[1:]}\x1b"[::-1], r"^the secret access key: holds what no key does"),
        ("", SECRET, r"^--region: missing"),
        ("--region us-est-1", SECRET, r"^--region = us-est-1: must be a region's name, such as .*us-east-1"),
        ("--region eu-west-1 --access-key-id ASIAIOSFODNN7EXAMPLE", SECRET, r"^--access-key-id: is that of temporary"),
        ("--region eu-west-1 --profile odd", SECRET, r"^--profile = odd: its access key ID: must be the ID"),
        ("--region eu-west-1 --profile asia", SECRET, r"^--profile = asia: its access key ID: is that of temporary"),
        ("--region Ireland", SECRET, r"^--region = Ireland: must be a region's name"),
        ("--region eu-west-1 --profile gone", SECRET, r"^--profile = gone: "),
        ("--region eu-west-1 --profile short", SECRET, r"^--profile = short: the secret: has 3 characters"),
        ("--region eu-west-1 --profile session", SECRET, r"^--profile = session: its credentials are temporary"),
        ("--region eu-west-1 --profile mail --access-key-id AKIA", SECRET, r"^--access-key-id: is known"),
        ("--region eu-west-1 --access-key-id me", SECRET, r"^--access-key-id: must be the ID"),
        ("--region eu-west-1 --out x", SECRET, r"^--access-key-id: missing; --out"),
        ("--region eu-west-1 --identity a.b", SECRET, r"^--identity: is for --template"),
        ("--template", SECRET, r"^--identity: missing"),
        ("--template --identity *", SECRET, r"^--identity = \*: must be a domain or an address"),
        ("--template --identity a.b --region eu-west-1", SECRET, r"^--region: not with --template"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret(
    words: str,
    secret: str,
    line: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    piped: Callable[[str], None],
) -> None:
    """One line, in which no secret stands; blanks around a secret are none of it."""
    monkeypatch.chdir(tmp_path)
    short = f"[short]\naws_access_key_id = {USER}\naws_secret_access_key = abc\n"
    odd, asia = (_profile(name).replace("AKIA", id) for name, id in (("odd", "a.b"), ("asia", "ASIA")))
    session = _profile("session", "aws_session_token = x")
    _profiles(tmp_path, monkeypatch, _profile("mail") + odd + asia + short + session)
    piped(secret)
    if line is None:
        assert run(["smtp-credentials", *words.split()], "seslab") == 0
        return
    with pytest.raises(BadInput, match=line) as error:
        run(["smtp-credentials", *words.split()], "seslab")
    assert len(str(error.value).splitlines()) == 1
    assert not secret or secret not in str(error.value)
    assert not (tmp_path / "x").exists()


def test_others_are_refused_in_sess_words(tmp_path: Path) -> None:
    """With credentials named, a wrong password, another Region's and an unknown user get 535, by any mechanism."""
    password = smtp_password(SECRET, "us-east-1")
    (tmp_path / "who").write_text(f"# the newsletter\n\n{USER} {password}\n")
    start = partial(smtp.start, allows=credentials_file.read(tmp_path / "who").allow)
    wrong = ((USER, smtp_password(SECRET, "eu-west-1")), ("AKIAANOTHER", password), (USER, SECRET), (USER, "x"))
    with started(lambda _user: Takes(), start) as port:
        for user, said in wrong:
            for mechanism in ("auth_plain", "auth_login"):
                with secured(port) as client:
                    client.user, client.password = user, said
                    method = mechanism.removeprefix("auth_").upper()
                    with pytest.raises(smtplib.SMTPAuthenticationError) as error:
                        client.auth(method, getattr(client, mechanism))
                    assert (error.value.smtp_code, error.value.smtp_error) == INVALID
        with secured(port) as client:
            assert client.login(USER, password)[0] == 235


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "names nobody"),
        ("# nobody\n", "names nobody"),
        (f"{USER}\n", f"line 1: must be {credentials_file.FORM}"),
        (f"{USER} a b\n", "line 1: must be"),
        (f"\n{USER} a\n{USER} b\n", f"line 3: {USER} has one already"),
        ("\ud800", "must be UTF-8 text"),
        (f"{USER} a\x00b\n", "line 1: must be visible"),
        (f"{USER} a\x1b[31mb\n", "line 1: must be visible"),
        ("Jürgen a\n", "line 1: must be visible"),
        (None, "No such file"),
    ],
)
def test_a_file_of_credentials_is_checked(text: str | None, line: str, tmp_path: Path) -> None:
    """Before anything is served; one line names the line of the file, and no password."""
    if text is not None:
        (tmp_path / "who").write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(BadInput, match=line):
        run(["serve", "--port", "0", "--smtp-port", "0", "--smtp-credentials", str(tmp_path / "who")], "seslab")


def test_a_pipe_without_a_writer_is_empty(tmp_path: Path) -> None:
    """Nothing is waited for that may never come; what is written there is read."""
    os.mkfifo(tmp_path / "who")
    with pytest.raises(BadInput, match="names nobody"):
        credentials_file.read(tmp_path / "who")
    reader, writer = os.pipe()
    os.write(writer, f"{USER} x\n".encode())
    os.close(writer)
    assert credentials_file.read(Path(f"/dev/fd/{reader}")).allow(USER.encode(), b"x")
    os.close(reader)


def test_a_file_that_others_can_read_is_told(tmp_path: Path) -> None:
    """Of the group's or the world's to read, and of no other."""
    (tmp_path / "who").write_text(f"{USER} x\n")
    for mode, is_open in ((0o600, False), (0o640, True), (0o604, True), (0o700, False)):
        (tmp_path / "who").chmod(mode)
        told: list[str] = []
        serving._credentials(tmp_path / "who", told.append)
        assert bool(told) == is_open


def test_the_template_allows_one_thing(capsys: pytest.CaptureFixture[str]) -> None:
    """The user may send raw mail from one identity, the function touch one user and one secret; it holds no secret.

    A mail's configuration set, which SES authorises as well, may be any of the account.
    """
    assert run(["smtp-credentials", "--template", "--identity", DOMAIN], "seslab") == 0
    made: Any = json.loads(capsys.readouterr().out)
    assert made == template(DOMAIN)
    [policy] = made["Resources"]["User"]["Properties"]["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["ses:SendRawEmail"]
    own = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"
    assert [one["Fn::Sub"] for one in statement["Resource"]] == [f"{own}identity/{DOMAIN}", f"{own}configuration-set/*"]
    [role] = made["Resources"]["Role"]["Properties"]["Policies"]
    allowed = [one["Resource"] for one in role["PolicyDocument"]["Statement"]]
    assert allowed == [[{"Fn::GetAtt": ["User", "Arn"]}], [{"Ref": "Password"}], [{"Fn::GetAtt": ["Log", "Arn"]}]]
    assert "SecretString" not in made["Resources"]["Password"]["Properties"]
    assert len(made["Resources"]["Function"]["Properties"]["Code"]["ZipFile"]) <= MOST_INLINE


@pytest.fixture(scope="module", name="endpoint")
def _endpoint() -> Iterator[Endpoint]:
    with served() as endpoint:
        yield endpoint


class Stack:
    """The template's function as Lambda imports it, its user and its secret, at an AWS on this machine."""

    def __init__(self, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        self.iam, self.secrets = endpoint.client("iam"), endpoint.client("secretsmanager")
        self.iam.create_user(UserName="sender")
        self.secret = self.secrets.create_secret(Name="smtp")["ARN"]
        keys = {"AWS_ACCESS_KEY_ID": "seslab", "AWS_SECRET_ACCESS_KEY": "seslab", "AWS_DEFAULT_REGION": "us-east-1"}
        names = {"USER_NAME": "sender", "SECRET": self.secret, "SMTP_HOST": "", "AWS_REGION": "us-east-1"}
        for name, value in {**keys, **names, "AWS_ENDPOINT_URL": endpoint.url, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        self.code: dict[str, Any] = {}
        exec(compile(inline(), "index.py", "exec"), self.code)
        self.answers: list[Any] = []
        monkeypatch.setitem(self.code, "urlopen", self._answered)

    def _answered(self, request: Any) -> Any:
        self.answers.append(json.loads(request.data))
        return io.BytesIO()

    def of_stack(self, kind: str) -> str:
        """What CloudFormation is told."""
        event = {"RequestType": kind, "ResponseURL": "http://127.0.0.1/answer"}
        self.code["handler"]({**event, "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"}, None)
        return str(self.answers[-1]["Status"])

    def step(self, step: str, token: str) -> None:
        self.code["handler"]({"Step": step, "SecretId": self.secret, "ClientRequestToken": token}, None)

    def rotate(self) -> None:
        """As Secrets Manager does it, which repeats a step whose answer it has not heard."""
        token = f"{len(self.keys()):032d}{os.urandom(2).hex()}"
        for step in STEPS:
            self.step(step, token)
            self.step(step, token)

    def keys(self) -> set[str]:
        found = self.iam.list_access_keys(UserName="sender")["AccessKeyMetadata"]
        return {key["AccessKeyId"] for key in found}

    def value(self) -> Any:
        return json.loads(
            self.secrets.get_secret_value(SecretId=self.secret, VersionStage="AWSCURRENT")["SecretString"]
        )


def test_the_function_rotates_without_a_gap(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret always has a key that works, the one before still works, and in the end nothing is left."""
    stack = Stack(endpoint, monkeypatch)
    assert stack.of_stack("Create") == "SUCCESS"
    used = [stack.value()["username"]]
    assert stack.keys() == set(used)
    assert stack.of_stack("Update") == "SUCCESS"
    for _ in range(3):
        stack.rotate()
        used.append(stack.value()["username"])
        assert stack.keys() == set(used[-2:])
    assert len(set(used)) == len(used)
    value = stack.value()
    assert (len(value["password"]), value["password"][0], value["port"]) == (44, "B", 465)
    assert stack.of_stack("Delete") == "SUCCESS"
    assert not stack.keys()
    stack.iam.delete_user(UserName="sender")
    assert stack.of_stack("Delete") == "FAILED"
    stack.secrets.delete_secret(SecretId=stack.secret, ForceDeleteWithoutRecovery=True)


def test_a_prompt_shows_nothing(tmp_path: Path) -> None:
    """On a terminal the secret is asked for and not echoed, and a note says where the password now stands."""
    code = (
        "import os, pty, sys\n"
        "pid, fd = pty.fork()\n"
        "command = [sys.executable, '-m', 'seslab', 'smtp-credentials', '--region', 'eu-west-1']\n"
        "if not pid: os.execv(sys.executable, command)\n"
        "shown = b''\n"
        "while b'secret access key: ' not in shown: shown += os.read(fd, 1000)\n"
        f"os.write(fd, b'{SECRET}\\n')\n"
        "try:\n"
        "    while piece := os.read(fd, 1000): shown += piece\n"
        "except OSError: pass\n"
        "sys.stdout.buffer.write(shown)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert SECRET not in done.stdout
    assert smtp_password(SECRET, "eu-west-1") in done.stdout
    assert "note: the password stands on this terminal" in " ".join(done.stdout.split())
