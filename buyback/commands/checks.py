"""Proofs: the invariants, the audit chains, and checkpoints that others hold."""

import json
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from buyback.audit import queries as audit
from buyback.campaigns import key_care
from buyback.commands.base import Context, as_json, print_json, report, write_new
from buyback.proofs import check as invariants
from buyback.proofs import checkpoints, log
from buyback.proofs.invariant import Invariant
from buyback.proofs.log import LogFinding
from buyback.proofs.names import names_of_chains
from buyback.totals import service as totals

EVENT_KEYS = Invariant(
    "event_keys_are_where_they_belong",
    "Each event has the keys that it needs, and no key is left that should be destroyed.",
    "",  # they lie in a folder
)
SHOWN_MAX = 5  # of what breaks one invariant, on one line of text; --json tells all


class PublicKey(click.ParamType[Ed25519PublicKey]):
    """64 hexadecimal digits: an Ed25519 public key."""

    name = "key"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Ed25519PublicKey:
        """The key, or a usage error."""
        if isinstance(value, Ed25519PublicKey):
            return value
        try:
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(value)))
        except ValueError:
            self.fail(f"{value!r} is not 64 hexadecimal digits", param, ctx)


@click.command("check")
@as_json
@click.pass_obj
def check(context: Context, *, as_json: bool) -> int:
    """Try every invariant of the database: one line each, ok or FAILED."""
    keys = context.keys  # with those of another database, what it says of its vouchers would be worth nothing
    with context.database.reading() as session:
        findings = [
            *invariants.check(session),
            *log.findings(session, [keys.audit.public_key()]),
            invariants.Finding(EVENT_KEYS, key_care.describe(session)),
        ]
    broken = [finding for finding in findings if not finding.ok]
    if as_json:
        rows = [
            {
                "name": finding.invariant.name,
                "ok": finding.ok,
                "sentence": finding.invariant.sentence,
                "found": list(finding.found),
            }
            for finding in findings
        ]
        print_json({"ok": not broken, "invariants": rows})
    else:
        for finding in findings:
            click.echo(_line(finding))
    return _status(f"{len(broken)} of {len(findings)} invariants do not hold." if broken else "")


@click.command("verify")
@click.option(
    "--checkpoint",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="An older checkpoint; several are compared with each other as well.",
)
@click.option("--key", type=PublicKey(), help="Who signed it, in hexadecimal; this installation where none is named.")
@click.option(
    "--audit-key",
    "audit_keys",
    type=PublicKey(),
    multiple=True,
    help="Who signs the rows, in hexadecimal, as each checkpoint says it; this installation where none is named.",
)
@as_json
@click.pass_obj
def verify(
    context: Context,
    *,
    kept: tuple[Path, ...],
    key: Ed25519PublicKey | None,
    audit_keys: tuple[Ed25519PublicKey, ...],
    as_json: bool,
) -> int:
    """Verify the audit chains and name every row that was touched; with a checkpoint, also what was cut off."""
    heads = [checkpoints.read(file.read_bytes(), key=key or context.keys.checkpoint.public_key()) for file in kept]
    signers = audit_keys or (context.keys.audit.public_key(),)
    with context.database.reading() as session:
        verified = audit.verify(session, signers)
        since = list(checkpoints.compare(session, heads))
        told = [*(fault for chain in verified.chains for fault in chain.faults), *since]
        findings = [*log.name_faults(session, told), *log.name_row_faults(session, verified.row_faults)]
        names = names_of_chains(session, [chain.chain for chain in verified.chains])
    if as_json:
        chains = [
            {
                "chain": str(chain.chain),
                "name": names.get(chain.chain),
                "rows": chain.rows,
                "head": chain.head.hash.hex(),
            }
            for chain in verified.chains
        ]
        print_json({"ok": not findings, "chains": chains, "faults": [_document(finding) for finding in findings]})
    else:
        faulty = {fault.chain for fault in told}
        for chain in verified.chains:
            word = "FAILED" if chain.chain in faulty else "ok    "
            name = names.get(chain.chain, "?")
            click.echo(f"{word} {chain.chain} {chain.rows} rows {chain.head.hash.hex()[:16]} {name}")
        for finding in findings:
            click.echo(f"FAILED {finding}")
    return _status(f"{len(findings)} faults in the audit chains and the rows that they bind." if findings else "")


@click.command("checkpoint")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@as_json
@click.pass_obj
def checkpoint(context: Context, *, output: Path, as_json: bool) -> None:
    """Sign how long each audit chain is and where it ends, for others to keep."""
    context.transact(totals.fold)
    with context.database.reading() as session:
        document = checkpoints.make(session, keys=context.keys, now=context.now())
    write_new(output, json.dumps(document, indent=1).encode() + b"\n")
    report(
        {"file": str(output), "chains": len(document["chains"]), "key": document["key"]},
        f"{len(document['chains'])} chains in {output}, signed with {document['key']}.",
        as_json=as_json,
    )


def _line(finding: invariants.Finding) -> str:
    line = f"{'ok    ' if finding.ok else 'FAILED'} {finding.invariant.name}: {finding.invariant.sentence}"
    if finding.ok:
        return line
    more = len(finding.found) - SHOWN_MAX
    return f"{line} Found: {'; '.join(finding.found[:SHOWN_MAX])}{f' and {more} more' if more > 0 else ''}"


def _document(finding: LogFinding) -> dict[str, object]:
    where: dict[str, object] = (
        {"chain": finding.chain, "row": int(finding.row)} if finding.chain else {"key": finding.row}
    )
    return {"table": finding.table, **where, "name": finding.name, "what": finding.what}


def _status(problem: str) -> int:
    if problem:
        click.echo(problem, err=True)
    return int(bool(problem))
