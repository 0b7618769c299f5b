"""Why two runs of a report differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from evalkit.claims.ledger import CONTRADICTS, QUALIFIES, STANCE, SUPPORTS
from evalkit.claims.reasons import (
    CLAIMS,
    CODEBOOK,
    CODINGS,
    CONSENT,
    COUNTED,
    DATA,
    RULE,
    THINGS,
    WITHDRAWN,
    Reason,
    compare_settings,
    find_cause,
    read_rule,
)
from evalkit.claims.sides import Row, Side
from evalkit.claims.strength import rate_counts
from evalkit.tables import QUOTABLE

_MEANING = ("definition", "include", "exclude")
_CONSENT = ("may_analyse", "may_quote", "attribute_as", "withdrawn_on")


class Difference(NamedTuple):
    """One coding that differs; it `bears` where it can move a person's direction."""

    coding_id: str
    people: frozenset[str]
    codes: frozenset[str]
    reason: Reason
    bears: bool


@dataclass(frozen=True)
class Causes:
    """What explains the differences between two runs."""

    a: Side
    b: Side
    inputs: tuple[Mapping[str, str], Mapping[str, str]]
    settings: tuple[Mapping[str, Any], Mapping[str, Any]]
    is_internal: bool

    @cached_property
    def gone(self) -> frozenset[str]:
        """Who withdrew, or was taken out altogether, row and interview."""
        heard = {*self.b.documents}
        return frozenset(
            name
            for name in self.a.respondents
            if self.a.counts(name) and not self.b.counts(name)
            if name in self.b.respondents or not heard & self.a.list_documents(name)
        )

    @cached_property
    def back(self) -> frozenset[str]:
        """Who was left out before, and is counted now."""
        was = self.a.respondents
        return frozenset(n for n in was if self.b.counts(n) and not self.a.counts(n))

    @cached_property
    def is_withdrawn(self) -> bool:
        """Whether somebody left; without ids, as the manifests tell it."""
        if self.is_internal:
            return bool(self.gone)
        people = [each.get("people") or {} for each in self.settings]
        if all("withdrawn" in each for each in people):
            return int(people[1]["withdrawn"]) > int(people[0]["withdrawn"])
        a, b = self.inputs
        return any(name.startswith("transcripts/") for name in {*a} - {*b})

    @cached_property
    def _asked_anew(self) -> frozenset[str]:
        """Whose consent differs in any way, to be quoted or named included."""
        a, b = self.a.respondents, self.b.respondents
        return self.gone | {
            name
            for name in {*a} & {*b}
            if any(a[name].get(c) != b[name].get(c) for c in _CONSENT)
        }

    def _agreed(self, people: Iterable[str]) -> Reason:
        return Reason(CONSENT, WITHDRAWN if {*people} & self.gone else "")

    @cached_property
    def _differences(self) -> list[Difference]:
        ids = sorted({*self.a.codings} | {*self.b.codings})
        found = (self._compare_coding(each) for each in ids)
        return [each for each in found if each is not None]

    def _compare_coding(self, coding_id: str) -> Difference | None:
        was, now = self.a.codings.get(coding_id), self.b.codings.get(coding_id)
        who = [side.people.get(coding_id, frozenset()) for side in (self.a, self.b)]
        rows = [row for row in (was, now) if row is not None]
        bears = any(r.get(STANCE) in (SUPPORTS, QUALIFIES, CONTRADICTS) for r in rows)
        if was is None or now is None:
            reason = self._explain_missing(coding_id, rows[0], is_new=was is None)
        else:
            read = was.get(STANCE), was["code_id"], who[0]
            is_read_anew = read != (now.get(STANCE), now["code_id"], who[1])
            worded = [(row["quotation"], row.get(QUOTABLE, "")) for row in rows]
            if not is_read_anew and worded[0] == worded[1]:
                return None
            bears = bears and is_read_anew
            reason = self._explain_changed(coding_id, was, now)
        people = who[0] | who[1]
        if people & (self.gone | self.back):
            reason = self._agreed(people)
        codes = frozenset(row["code_id"] for row in rows)
        return Difference(coding_id, people, codes, reason, bears)

    def _explain_missing(self, coding_id: str, row: Row, *, is_new: bool) -> Reason:
        other = self.a if is_new else self.b
        coder, document = row["coder_id"], row["document_id"]
        if coding_id in other.uncounted:
            what = "count now" if is_new else "do not count any more"
            return Reason(RULE, f"the codings of {coder} {what}")
        if document not in other.documents:
            what = "was added" if is_new else "was taken out"
            return Reason(DATA, f"document {document} {what}")
        if other.anchors.get(coding_id, {}).get("status") == "orphaned":
            found = "found again" if is_new else "no longer found"
            return Reason(DATA, f"the words of {{codings}} are {found} in {document}")
        what = "added" if is_new else "removed"
        return Reason(
            CODINGS, f"{{codings}} of {row['code_id']} {{were}} {what} by {coder}"
        )

    def _explain_changed(self, coding_id: str, was: Row, now: Row) -> Reason:
        document, code, coder = now["document_id"], was["code_id"], now["coder_id"]
        if code != now["code_id"] and code not in self.b.codes:
            return Reason(CODEBOOK, f"the code {code} was replaced")
        if code != now["code_id"]:
            to = now["code_id"]
            what = f"{{codings}} {{were}} moved from {code} to {to} by {coder}"
            return Reason(CODINGS, what)
        if was.get(STANCE) != now.get(STANCE):
            what = f"the stance of {{codings}} of {code} was changed by {coder}"
            return Reason(CODINGS, what)
        if was.get(QUOTABLE, "") != now.get(QUOTABLE, ""):
            return Reason(CONSENT, "")
        sums = [side.documents[document]["sha256"] for side in (self.a, self.b)]
        logged = [
            str(side.anchors.get(coding_id, {}).get("logged_start"))
            for side in (self.a, self.b)
        ]
        if sums[0] != sums[1] and logged[0] == logged[1]:
            return Reason(DATA, f"document {document} was corrected")
        if any(str(was[c]) != str(now[c]) for c in ("start", "end")):
            return Reason(CODINGS, f"{{codings}} of {code} {{were}} moved by {coder}")
        return Reason(DATA, f"who speaks in {document} was set anew")

    @cached_property
    def _sides(self) -> tuple[dict[str, dict[str, str]], ...]:
        """The claims' codes: before, as claimed before in today's tree, and after."""
        a, b = self.a, self.b
        return a.widen(a.links), b.widen(a.links), b.widen(b.links)

    def _find_relinked(self, claim_id: str, codes: Iterable[str]) -> Iterator[Reason]:
        """Find which of these codes came to a claim or left it, and how."""
        before, same, after = (side.get(claim_id, {}) for side in self._sides)
        coded = sorted(codes)
        for code in (c for c in coded if before.get(c) != same.get(c)):
            yield Reason(CODEBOOK, f"code {code} stands elsewhere in the codebook")
        a, b = (side.named.get(claim_id, frozenset()) for side in (self.a, self.b))
        if a != b and any(same.get(c) != after.get(c) for c in coded):
            yield Reason(CLAIMS, "other codes are named for it in claims.yaml")

    def _codes_of(self, claim_id: str) -> set[str]:
        return {code for side in self._sides for code in side.get(claim_id, {})}

    def of_evidence(self, claim_id: str) -> list[Reason]:
        """Say why people's words on a claim are counted otherwise."""
        if not self.is_internal:
            return []
        a, b = (s.evidence.get(claim_id, {}) for s in (self.a, self.b))
        moved = {name for name in {*a} | {*b} if a.get(name) != b.get(name)}
        reasons = [self._agreed(moved)] * bool(moved & (self.gone | self.back))
        regrouped = sum(n in a and n in b and a[n][0] != b[n][0] for n in moved)
        if regrouped:
            people = "1 person is" if regrouped == 1 else f"{regrouped} people are"
            reasons.append(Reason(RULE, f"{people} counted in another group"))
        return reasons + self._find_coded(claim_id, moved, bearing=True)

    def _find_coded(
        self, claim_id: str, people: Iterable[str] | None, *, bearing: bool
    ) -> list[Reason]:
        """Say what changed in the codings of these people (None: all) on a claim."""
        wanted = None if people is None else {*people}
        codes = self._codes_of(claim_id)
        found = [
            each
            for each in self._differences
            if each.codes & codes and (each.bears or not bearing)
            if wanted is None or each.people & wanted
        ]
        coded = {
            row["code_id"]
            for side in (self.a, self.b)
            for coding_id, row in side.codings.items()
            if wanted is None or side.people[coding_id] & wanted
        }
        recoded = {c for d in found if d.reason.cause == CODINGS for c in d.codes}
        return [
            *(each.reason for each in found),
            *self._find_relinked(claim_id, coded),
            *(
                Reason(CODEBOOK, f"what {code} means was changed")
                for code in sorted(recoded & codes)
                if self._means_anew(code)
            ),
        ]

    def _means_anew(self, code: str) -> bool:
        a, b = self.a.codes.get(code), self.b.codes.get(code)
        if a is None or b is None:
            return False
        return any(a.get(c, "") != b.get(c, "") for c in _MEANING)

    def of_rating(self, claim_id: str) -> list[Reason]:
        """Say why a claim is rated otherwise: its evidence, the rule, or both."""
        reasons = self.of_evidence(claim_id)
        return reasons + self._find_rule(claim_id) if self.is_internal else []

    def _find_rule(self, claim_id: str) -> list[Reason]:
        """Find what in the rule rates the evidence of either run otherwise."""
        before, after = (read_rule(each) for each in self.settings)
        if before is None or after is None:
            return self.of_inputs(among=[RULE])
        for side in (self.a, self.b):
            said = Counter(side.evidence.get(claim_id, {}).values())
            if rate_counts(said, before) != rate_counts(said, after):
                return compare_settings(self.settings, "strength")
        return []

    def of_quotation(self, claim_id: str, coding_id: str) -> list[Reason]:
        """Say why one quotation of a claim is there or gone, or reads otherwise."""
        if not self.is_internal or not coding_id:
            return []
        people = frozenset[str]().union(
            *(side.people.get(coding_id, frozenset()) for side in (self.a, self.b))
        )
        if people & self._asked_anew:
            return [self._agreed(people)]
        own = [d.reason for d in self._differences if d.coding_id == coding_id]
        if own:
            return own
        chosen = self._find_coded(claim_id, None, bearing=False)
        return chosen + compare_settings(self.settings, *COUNTED)

    def of_inputs(self, *, among: Iterable[str] = tuple(THINGS)) -> list[Reason]:
        """Say which files differ, where the tables cannot say what in them did it."""
        a, b = self.inputs
        changed = {name for name in {*a} | {*b} if a.get(name) != b.get(name)}
        kept = {name for name in changed if name in a and name in b}
        causes = {find_cause(name) for name in changed}
        if CONSENT in causes and self.is_internal and not self._asked_anew:
            causes = causes - {CONSENT} | {DATA}  # a fact about people, not their word
        elif CONSENT in causes and DATA not in {find_cause(name) for name in kept}:
            causes -= {DATA}  # an interview that came or went with its consent
        if all(any(name in each for name in COUNTED) for each in self.settings):
            causes -= {RULE}  # the settings themselves say it better
        reasons = [
            Reason(cause, f"{THINGS[cause]} changed")
            for cause in sorted(causes & {*among})
        ]
        if self.is_withdrawn:
            withdrawn = Reason(CONSENT, WITHDRAWN)
            reasons = [withdrawn if r.cause == CONSENT else r for r in reasons]
        return reasons + (
            compare_settings(self.settings, *COUNTED) if RULE in among else []
        )
