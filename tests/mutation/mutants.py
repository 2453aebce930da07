"""The ways in which condemu is broken on purpose: in a file, one text becomes another.

`parts` are the parts of the suite that ought to notice. A name says what is wrong with the emulator then.
"""

# ruff: noqa: E501
from __future__ import annotations

from typing import Final, NamedTuple


class Mutant(NamedTuple):
    name: str
    parts: str
    file: str  # under condemu/
    old: str  # stands there exactly once
    new: str


PRE: Final = "s3/state/preconditions.py"
_TRANSACT: Final = """        with self._lock:
            txn = MemoryTxn(self._tables, self.clock.now(), self._index + 1, ids or self.ids)
            result = decide(txn)
            if not txn._writes:"""
_RACE: Final = """        if True:
            txn = MemoryTxn(self._tables, self.clock.now(), self._index + 1, ids or self.ids)
            result = decide(txn)
            __import__("time").sleep(0.002)
            if not txn._writes:"""

S3: Final = (
    Mutant("If-None-Match on a write is not looked at", "s3", PRE,
           'condition = "If-None-Match"\n        if current is not None:', 'condition = "If-None-Match"\n        if current is not None and False:'),
    Mutant("If-None-Match sees an object beneath a delete marker", "s3", PRE,
           "found if isinstance(found, Version) and not found.marker", "found if isinstance(found, Version)"),
    Mutant("If-Match on a write holds for any other ETag", "s3", PRE,
           'if if_match.strip(\'"\') != current.etag:\n            return ServiceError(PRECONDITION_FAILED, {"Condition": condition}',
           'if if_match.strip(\'"\') == current.etag:\n            return ServiceError(PRECONDITION_FAILED, {"Condition": condition}'),
    Mutant("If-Match on a write wants the quotes", "s3", PRE,
           'if if_match.strip(\'"\') != current.etag:\n            return ServiceError(PRECONDITION_FAILED, {"Condition": condition}',
           'if if_match != f\'"{current.etag}"\':\n            return ServiceError(PRECONDITION_FAILED, {"Condition": condition}'),
    Mutant("If-Match on a missing key is 412", "s3", PRE,
           'return ServiceError(NO_SUCH_KEY, {"Key": key}, because=f"If-Match was sent and {nothing(found)}")\n        if if_match.strip',
           'return ServiceError(PRECONDITION_FAILED, {"Condition": condition})\n        if if_match.strip'),
    Mutant("If-Match on a missing key creates it", "s3", PRE,
           'return ServiceError(NO_SUCH_KEY, {"Key": key}, because=f"If-Match was sent and {nothing(found)}")\n        if if_match.strip',
           'return None\n        if if_match.strip'),
    Mutant("a change during an upload is no conflict", "s3", PRE, "if found is not None and found.changed > began:", "if False:"),
    Mutant("every conditional overwrite is a conflict", "s3", PRE,
           "found is not None and found.changed > began", "found is not None and found.changed >= 0"),
    Mutant("a completion is judged by when it was sent, not by when its upload began", "s3", "s3/uploads/complete.py",
           "request.key, found, upload.began)", "request.key, found, request.began)"),
    Mutant("a completion ignores its condition", "s3", "s3/uploads/complete.py",
           'refusal = write_refusal(request["IfMatch"], request["IfNoneMatch"], request.key, found, upload.began)', "refusal = None"),
    Mutant("a completion does not check the syntax of its condition", "s3", "s3/uploads/complete.py",
           'refusal = write_syntax_refusal(request["IfMatch"], request["IfNoneMatch"])', "refusal = None"),
    Mutant("a completion takes parts with other ETags", "s3", "s3/uploads/complete.py",
           "part is None or part.etag != item.etag", "part is None"),
    Mutant("a completion takes parts in any order", "s3", "s3/uploads/complete.py",
           "first.number >= second.number", "first.number == second.number"),
    Mutant("a completion cannot be repeated", "s3", "s3/uploads/complete.py",
           "    if version is None:\n        raise ServiceError(NO_SUCH_UPLOAD", "    if True:\n        raise ServiceError(NO_SUCH_UPLOAD"),
    Mutant("a copy ignores the condition on its destination", "s3", "s3/objects/copy.py",
           'refusal = write_refusal(request["IfMatch"], request["IfNoneMatch"], request.key, found, request.began)', "refusal = None"),
    Mutant("both conditions at once are taken", "s3", PRE,
           "if if_match is not None and if_none_match is not None:\n        fields", "if False:\n        fields"),
    Mutant("If-None-Match with an ETag is taken on a write", "s3", PRE, 'if_none_match is not None and if_none_match != "*"', "False"),
    Mutant("If-Match: * is taken on a write", "s3", PRE,
           '    if if_match == "*":\n        fields', "    if False:\n        fields"),
    Mutant("the names of two conditions are the other way round", "s3", PRE, '"If-Match,If-None-Match",', '"If-None-Match,If-Match",'),
    Mutant("412 does not say which condition", "s3", "s3/errors/general.py",
           '"At least one of the pre-conditions you specified did not hold", ("Condition",)',
           '"At least one of the pre-conditions you specified did not hold", ()'),
    Mutant("412 is worded otherwise", "s3", "s3/errors/general.py",
           "At least one of the pre-conditions you specified did not hold", "At least one of the preconditions you specified did not hold"),
    Mutant("412 has another code", "s3", "s3/errors/general.py", '"PreconditionFailed", 412', '"ConditionFailed", 412'),
    Mutant("409 is answered as 412", "s3", "s3/errors/general.py",
           '"ConditionalRequestConflict",\n    409', '"ConditionalRequestConflict",\n    412'),
    Mutant("409 has no Key", "s3", "s3/errors/general.py",
           'conflicting operation against this resource.",\n    ("Condition", "Key"),', 'conflicting operation against this resource.",\n    ("Condition",),'),
    Mutant("501 has no additionalMessage", "s3", "s3/errors/general.py", '("Header", "additionalMessage"),', '("Header",),'),
    Mutant("404 has no Key", "s3", "s3/errors/general.py",
           'ErrorRow("NoSuchKey", 404, "The specified key does not exist.", ("Key",))', 'ErrorRow("NoSuchKey", 404, "The specified key does not exist.")'),
    Mutant("a delete ignores If-Match", "s3", "s3/objects/delete.py",
           'refusal = delete_refusal(request["IfMatch"], request.key, found, request.began)', "refusal = None"),
    Mutant("a delete does not take *", "s3", PRE, '    if if_match == "*":\n        return None', "    if False:\n        return None"),
    Mutant("a delete of a missing key succeeds whatever its If-Match", "s3", PRE,
           'return ServiceError(NO_SUCH_KEY, {"Key": key}, because=f"If-Match was sent and {nothing(found)}")\n    if if_match == "*"',
           'return None\n    if if_match == "*"'),
    Mutant("a delete with If-Match looks beneath a marker for an object", "s3", "s3/objects/delete.py",
           "    found = found_under(txn, where)\n",
           "    found = found_under(txn, where)\n"
           "    if isinstance(found, Version) and found.marker:\n"
           "        from condemu.s3.state.records import VERSIONS\n"
           "        below = next(txn.scan(VERSIONS, where, bucket.at(request.key + '\\0')), None)\n"
           "        found = below[1] if below else found\n"),
    Mutant("a delete by version id takes If-Match", "s3", PRE, "if if_match is not None and version_id is not None:", "if False:"),
    Mutant("a delete overlooks a size", "s3", PRE, "    if size is not None:", "    if False:"),
    Mutant("a delete names the size before the time", "s3", PRE,
           '    if modified_time is not None:\n        return _only_directory_buckets("x-amz-if-match-last-modified-time")\n    if size is not None:\n        return _only_directory_buckets("x-amz-if-match-size")',
           '    if size is not None:\n        return _only_directory_buckets("x-amz-if-match-size")\n    if modified_time is not None:\n        return _only_directory_buckets("x-amz-if-match-last-modified-time")'),
    Mutant("a batch ignores ETags", "s3", "s3/objects/delete.py", '        members["IfMatch"] = etag', "        pass"),
    Mutant("a batch overlooks sizes and times", "s3", "s3/objects/delete.py", 'frozenset({"Key", "VersionId", "ETag"})', 'frozenset({"Key", "VersionId", "ETag", "Size", "LastModifiedTime"})'),
    Mutant("a delete in a versioned bucket is for good", "s3", "s3/objects/delete.py", "    if bucket.versioning:\n        return _mark", "    if False:\n        return _mark"),
    Mutant("the version beneath stays hidden when its marker goes", "s3", "s3/state/versions.py",
           "        txn.put(OBJECTS, where, replace(next_version, changed=txn.index))", "        txn.delete(OBJECTS, where)"),
    Mutant("an overwritten version is lost", "s3", "s3/state/versions.py", "            txn.put(VERSIONS, (*where, -below.order), below)", "            pass"),
    Mutant("a legal hold holds nothing", "s3", "s3/objects/lock.py", 'if version.legal_hold == "ON":', 'if version.legal_hold == "on":'),
    Mutant("COMPLIANCE can be bypassed", "s3", "s3/objects/lock.py", 'if version.lock_mode == "GOVERNANCE" and bypass:', "if bypass:"),
    Mutant("GOVERNANCE needs no bypass", "s3", "s3/objects/lock.py", 'if version.lock_mode == "GOVERNANCE" and bypass:', 'if version.lock_mode == "GOVERNANCE":'),
    Mutant("If-Match on a read is not looked at", "s3", PRE, "if not _matches(if_match, version.etag):", "if False:"),
    Mutant("If-Match no longer silences If-Unmodified-Since", "s3", PRE, "    elif if_unmodified_since is not None:", "    if if_unmodified_since is not None:"),
    Mutant("If-None-Match no longer silences If-Modified-Since", "s3", PRE, "    elif if_modified_since is not None:", "    if if_modified_since is not None:"),
    Mutant("If-Modified-Since lets the same second through", "s3", PRE, "int(version.modified) <= since", "int(version.modified) < since"),
    Mutant("If-Unmodified-Since refuses the same second", "s3", PRE, "since is not None and int(version.modified) > since", "since is not None and int(version.modified) >= since"),
    Mutant("an If-Modified-Since in the future counts", "s3", PRE, "since <= now and ", ""),
    Mutant("304 has no ETag", "s3", PRE, '[("ETag", f\'"{unchanged.etag}"\'), ("Last-Modified"', '[("Last-Modified"'),
    Mutant("a copy source that was not changed answers 304", "s3", PRE, "    if copy_source:\n        return", "    if copy_source and unchanged is None:\n        return"),
    Mutant("a copy source's condition goes by another name", "s3", PRE, '"x-amz-copy-source-"  #', '"x-amz-source-"  #'),
    Mutant("a Deny in a policy does not win", "s3", "auth/policy.py", "return Verdict(DENY, statement, named, key)", "pass"),
    Mutant("policies do not see If-None-Match", "s3", "s3/access/policy_keys.py", '    "s3:if-none-match": "IfNoneMatch",\n', ""),
    Mutant("policies do not see If-Match", "s3", "s3/access/policy_keys.py", '    "s3:if-match": "IfMatch",\n', ""),
    Mutant("Null in a policy is the other way round", "s3", "auth/policy_operators.py", "when_absent if value is None else when_present", "when_present if value is None else when_absent"),
    Mutant("policies take a completion for no creation", "s3", "s3/operations.py",
           'needs=(needs.condition,), creates="true"', 'needs=(needs.condition,), creates="false"'),
    Mutant("signatures are not verified", "s3", "auth/signature_v4.py", "return signature.isascii() and compare_digest(signed(key, text), signature)", "return True"),
    Mutant("a website that was never put is an empty document", "s3", "s3/configurations/table.py", "none=NO_WEBSITE,", "none={},"),
    Mutant("a configuration is kept under the request's id, whatever its document says", "s3", "s3/configurations/engine.py",
           'if document["Id"] != request["Id"]:', "if False:"),
    Mutant("a configuration with an id is deleted as often as one likes", "s3", "s3/configurations/engine.py",
           'if request["Id"] not in held:', "if False:"),
    Mutant("a configuration is stored whatever it contradicts", "s3", "s3/configurations/engine.py", "if kind.check is not None:", "if False:"),
    Mutant("a website may have an index document in a folder", "s3", "s3/configurations/website.py",
           'if not index["Suffix"] or "/" in index["Suffix"]:', 'if not index["Suffix"]:'),
    Mutant("replication needs no versions", "s3", "s3/configurations/checks.py",
           'if bucket.versioning != "Enabled":', "if False:"),
    Mutant("a notification may filter by anything", "s3", "s3/configurations/checks.py",
           'if name not in ("prefix", "suffix"):', "if False:"),
    Mutant("a lifecycle date may be any hour", "s3", "s3/configurations/lifecycle.py", "if date is not None and date % DAY:", "if False:"),
    Mutant("an object may expire before it is moved", "s3", "s3/configurations/lifecycle.py",
           "if expiration[element] <= action[element]:", "if False:"),
    Mutant("an object expires a day early", "s3", "s3/state/lifecycle.py", "midnight_behind(since, action[days])", "midnight_behind(since, action[days] - 1)"),
    Mutant("an object that no rule is for expires", "s3", "s3/state/lifecycle.py", "if not key.startswith(prefix_of(rule)):", "if False:"),
)  # fmt: skip

EXPECTED: Final = "simpledb/expected.py"
SIMPLEDB: Final = (
    Mutant("Expected is ignored", "simpledb", "simpledb/attributes.py", '    if "Expected" not in request:', "    if True:"),
    Mutant("Exists=false is ignored", "simpledb", EXPECTED,
           "return ServiceError(CONDITIONAL_CHECK_FAILED_EXISTS", "return None and ServiceError(CONDITIONAL_CHECK_FAILED_EXISTS"),
    Mutant("Exists=false means that it must exist", "simpledb", EXPECTED, "        if not values:\n            return None", "        if values:\n            return None"),
    Mutant("an absent attribute is a check that failed", "simpledb", EXPECTED,
           "return ServiceError(ATTRIBUTE_DOES_NOT_EXIST", 'return ServiceError(CONDITIONAL_CHECK_FAILED_EXISTS if True else ATTRIBUTE_DOES_NOT_EXIST'),
    Mutant("several values are compared by the first", "simpledb", EXPECTED, "if len(values) > 1:", "if False:"),
    Mutant("any of several values will do", "simpledb", EXPECTED, "    if len(values) > 1:\n", "    if expected in values:\n        return None\n    if len(values) > 1:\n"),
    Mutant("values are compared without regard to case", "simpledb", EXPECTED, "if values[0] != expected:", "if values[0].lower() != str(expected).lower():"),
    Mutant("values are compared as numbers", "simpledb", EXPECTED, "if values[0] != expected:", "if values[0].lstrip('0') != str(expected).lstrip('0'):"),
    Mutant("Exists and Value together are taken", "simpledb", EXPECTED, 'if exists == "false":\n        raise', 'if False:\n        raise'),
    Mutant("Exists=true without a Value is taken", "simpledb", EXPECTED,
           '        if exists == "true":\n            raise ServiceError(INCOMPLETE_EXPECTED_VALUES)\n', ""),
    Mutant("two values at once are taken", "simpledb", EXPECTED, '        if "again " + member in members:', "        if False:"),
    Mutant("a failed check is 400", "simpledb", "simpledb/errors.py",
           '"ConditionalCheckFailed",\n    409,', '"ConditionalCheckFailed",\n    400,'),
    Mutant("a value that exists is 400", "simpledb", "simpledb/errors.py", '"ConditionalCheckFailed", 409,', '"ConditionalCheckFailed", 400,'),
    Mutant("an absent attribute is 409", "simpledb", "simpledb/errors.py", '"AttributeDoesNotExist", 404', '"AttributeDoesNotExist", 409'),
    Mutant("a failed check does not say what was found", "simpledb", "simpledb/errors.py", "value is ({Value}) but was expected ({Expected})", "value is not ({Expected})"),
    Mutant("several values go by another code", "simpledb", "simpledb/errors.py", '    "MultiValuedAttribute",\n', '    "ConditionalCheckFailed",\n'),
    Mutant("Replace adds", "simpledb", "simpledb/attributes.py", "        if name not in replaced:", "        if True:"),
    Mutant("a put replaces without being told to", "simpledb", "simpledb/attributes.py", "        if name not in replaced:", "        if False:"),
    Mutant("a delete of one value deletes them all", "simpledb", "simpledb/attributes.py", "if other != value)", "if False)"),
    Mutant("DeleteAttributes ignores its condition", "simpledb", "simpledb/attributes.py",
           '    _judge(request, item)\n    _write(txn, scope, domain, [(name, item, after_delete', '    _write(txn, scope, domain, [(name, item, after_delete'),
)  # fmt: skip

CONDITIONS: Final = "dynamodb/expressions/conditions.py"
CHECKS: Final = "dynamodb/items/write_checks.py"
LEGACY: Final = "dynamodb/legacy/expected.py"
DYNAMODB: Final = (
    Mutant("conditions are ignored", "dynamodb", CHECKS, "    if refuse is None:\n        return\n    item", "    if True:\n        return\n    item"),
    Mutant("a missing item meets every condition", "dynamodb", CHECKS, "    if old is None:\n        raise error", "    if old is None:\n        return"),
    Mutant("the item is given back unasked", "dynamodb", CHECKS, 'asked = members.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"', "asked = True"),
    Mutant("the item is not given back", "dynamodb", CHECKS, 'asked = members.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"', "asked = False"),
    Mutant("<> wants both sides to be there", "dynamodb", CONDITIONS,
           '"<>": lambda left, right: not equal(left, right),',
           '"<>": lambda left, right: left is not MISSING and right is not MISSING and not equal(left, right),'),
    Mutant("< lets equals through", "dynamodb", CONDITIONS, "left, right) and left < right", "left, right) and left <= right"),
    Mutant("<= does not", "dynamodb", CONDITIONS, "left, right) and left <= right", "left, right) and left < right"),
    Mutant("> is >=", "dynamodb", CONDITIONS, "left, right) and left > right", "left, right) and left >= right"),
    Mutant("BETWEEN leaves its upper end out", "dynamodb", CONDITIONS, "bool(lower <= value <= upper)", "bool(lower <= value < upper)"),
    Mutant("BETWEEN leaves its lower end out", "dynamodb", CONDITIONS, "bool(lower <= value <= upper)", "bool(lower < value <= upper)"),
    Mutant("attribute_exists is the other way round", "dynamodb", CONDITIONS, '"attribute_exists": lambda value: value is not MISSING', '"attribute_exists": lambda value: value is MISSING'),
    Mutant("attribute_not_exists always holds", "dynamodb", CONDITIONS, '"attribute_not_exists": lambda value: value is MISSING', '"attribute_not_exists": lambda value: True'),
    Mutant("attribute_type takes any type", "dynamodb", CONDITIONS, "value is not MISSING and kind(value) == name", "value is not MISSING"),
    Mutant("begins_with looks anywhere", "dynamodb", CONDITIONS, "value.startswith(prefix)", "prefix in value"),
    Mutant("contains does not look into sets", "dynamodb", CONDITIONS, "        return orderable(container[0], member) and member in container", "        return False"),
    Mutant("contains does not look into lists", "dynamodb", CONDITIONS, "return which is list and any(equal", "return which is set and any(equal"),
    Mutant("size counts one too many", "dynamodb", CONDITIONS, "return len(value) if type(value)", "return len(value) + 1 if type(value)"),
    Mutant("NOT does nothing", "dynamodb", CONDITIONS, "if node.times % 2 else inner", "if False else inner"),
    Mutant("AND is OR", "dynamodb", CONDITIONS, "return lambda item, values: all(term(item, values) for term in terms)", "return lambda item, values: any(term(item, values) for term in terms)"),
    Mutant("OR is AND", "dynamodb", CONDITIONS, "return lambda item, values: any(term(item, values) for term in terms)", "return lambda item, values: all(term(item, values) for term in terms)"),
    Mutant("IN looks at its first member only", "dynamodb", CONDITIONS, "any(equal(value, member(item, values)) for member in members)", "equal(value, members[0](item, values))"),
    Mutant("lists of another length are equal", "dynamodb", "dynamodb/data/values.py", "return len(left) == len(right) and all(map(equal, left, right))", "return all(map(equal, left, right))"),
    Mutant("maps with more in them are equal", "dynamodb", "dynamodb/data/values.py", "        if len(left) != len(right):\n            return False\n        return all", "        return all"),
    Mutant("nothing equals nothing", "dynamodb", "dynamodb/data/values.py", "return which is not Missing and bool(left == right)", "return bool(left == right)"),
    Mutant("a refused condition has another code", "dynamodb", "dynamodb/errors/expressions.py", '"ConditionalCheckFailedException", 400', '"ConditionCheckFailedException", 400'),
    Mutant("a refused condition is worded otherwise", "dynamodb", "dynamodb/errors/expressions.py", '"The conditional request failed"', '"The conditional request failed."'),
    Mutant("legacy NE wants the attribute to be there", "dynamodb", LEGACY,
           "lambda value, arguments: not equal(value, arguments[0])),", "lambda value, arguments: value is not MISSING and not equal(value, arguments[0])),"),
    Mutant("legacy NULL is the other way round", "dynamodb", LEGACY, '"NULL": Operator(0, 0, _ANY, lambda value, arguments: value is MISSING)', '"NULL": Operator(0, 0, _ANY, lambda value, arguments: value is not MISSING)'),
    Mutant("legacy NOT_CONTAINS holds of nothing", "dynamodb", LEGACY, "lambda value, arguments: value is not MISSING and not contains", "lambda value, arguments: not contains"),
    Mutant("ConditionalOperator is always AND", "dynamodb", LEGACY, "if self.any_suffices and self.conditions:", "if False:"),
    Mutant("ConditionalOperator may stand alone", "dynamodb", "dynamodb/items/write_checks.py", "raise ServiceError(CONDITIONAL_OPERATOR_ALONE)", "pass"),
    Mutant("ConditionalOperator may stand alone in a query", "dynamodb", "dynamodb/queries/query.py", "raise ServiceError(CONDITIONAL_OPERATOR_ALONE)", "pass"),
    Mutant("Exists=false is ignored in Expected", "dynamodb", LEGACY, 'return LegacyCondition(name, "NULL", ())', 'return LegacyCondition(name, "NE", ("\\0",))'),
    Mutant("a refused update leaves its key behind", "dynamodb", "dynamodb/items/items.py",
           "        check_condition(condition, old, members, before)\n        item, size = updated_item(table, update, old, before, key)",
           "        item, size = updated_item(table, update, old, before, key)"),
    Mutant("DeleteItem ignores its condition", "dynamodb", "dynamodb/items/items.py",
           "        check_condition(condition, old, members)\n        if old is not None:\n", "        if old is not None:\n"),
    Mutant("an update that only removes creates an item", "dynamodb", "dynamodb/expressions/updates.py", "            if not compiled.creates:\n                return None\n", ""),
    Mutant("an update of whole attributes reads what it has just set", "dynamodb", "dynamodb/expressions/updates.py", "new[name] = value = of(base, values)", "new[name] = value = of(new, values)"),
    Mutant("an update reads what it has just set", "dynamodb", "dynamodb/expressions/updates.py", "            value = MISSING if getter is None else getter(base, values)",
           "            value = MISSING if getter is None else getter(change_item(base, changes, exists=exists), values)"),
    Mutant("if_not_exists always takes its second", "dynamodb", "dynamodb/expressions/updates.py", "return second(item, values) if value is MISSING else value", "return second(item, values)"),
    Mutant("list_append puts its second first", "dynamodb", "dynamodb/expressions/updates.py", "return [*first, *second]", "return [*second, *first]"),
    Mutant("minus is plus", "dynamodb", "dynamodb/expressions/updates.py", "return add(left, negate(right) if negative else right)", "return add(left, right)"),
    Mutant("ADD to a set replaces it", "dynamodb", "dynamodb/expressions/updates.py", "return tuple(sorted({*current, *self.value}))", "return self.value"),
    Mutant("an emptied set stays", "dynamodb", "dynamodb/expressions/updates.py", "return tuple(member for member in current if member not in gone) or MISSING", "return tuple(member for member in current if member not in gone) or current"),
    Mutant("a transaction takes effect though a condition failed", "dynamodb", "dynamodb/items/transactions.py", "        raise cancelled(reasons, because)\n\n\ndef _new_items", "        pass\n\n\ndef _new_items"),
    Mutant("a transaction names its first reason only", "dynamodb", "dynamodb/items/transactions.py", "            reasons.append(reason_of(error))\n            because", "            reasons.append(reason_of(error) if not because else NO_REASON)\n            because"),
    Mutant("a transaction's reasons have no item", "dynamodb", "dynamodb/items/transactions.py", '        reason["Item"] = error.fields["Item"]', "        pass"),
    Mutant("an item may be named twice in a transaction", "dynamodb", "dynamodb/items/transactions.py", "if misfit is None and len(distinct) < len(places):", "if False:"),
    Mutant("a client token is forgotten", "dynamodb", "dynamodb/items/transactions.py", "if known is not None and known.expires > txn.now:", "if False:"),
    Mutant("a client token serves for other parameters", "dynamodb", "dynamodb/items/transactions.py", "                if known.digest != digest:\n                    raise ServiceError(errors.TOKEN_MISMATCH)\n", ""),
    Mutant("ConditionCheck checks nothing", "dynamodb", "dynamodb/items/transactions.py", "            check_condition(action.condition, old, action.members, before)", '            if action.kind != "ConditionCheck":\n                check_condition(action.condition, old, action.members, before)'),
    Mutant("INSERT overwrites", "dynamodb", "dynamodb/partiql/statements.py", '            raise refused(errors.INSERT_DUPLICATE, old, returns, "there is an item with this key")', "            pass"),
    Mutant("UPDATE creates what is not there", "dynamodb", "dynamodb/partiql/statements.py", "        if old is not None or not only_key:\n            check(condition, old, before, returns)\n        item", "        if old is not None:\n            check(condition, old, before, returns)\n        item"),
    Mutant("a DELETE's further condition is ignored", "dynamodb", "dynamodb/partiql/statements.py", "error = None if condition is None else refusal(condition, before)", "error = None"),
)  # fmt: skip

RACES: Final = (
    Mutant("decisions are not isolated from each other", "races", "core/store.py", _TRANSACT, _RACE),
    Mutant("a store decides twice, and applies both", "recipes,s3,dynamodb", "core/store.py",
           "            return self._apply(txn._writes, result, txn.index)", "            self._apply(txn._writes, result, txn.index)\n            return self._apply(txn._writes, decide(txn), txn.index + 1)"),
    Mutant("writes are seen one decision late", "races,recipes,s3", "core/store.py", "                if new is not None and old is not None:\n",
           "                if new is not None:\n                    late = self.__dict__.setdefault('late', [])\n                    late.append((table, key, new))\n"
           "                    if len(late) > 1:\n                        first = late.pop(0)\n                        first[0][first[1]] = first[2]\n"
           "                elif new is not None and old is not None:\n"),
    Mutant("two conditional puts at once both succeed", "races", "s3/objects/put.py",
           "        refusal = write_refusal(if_match, if_none_match, request.key, found, request.began)\n        if refusal is not None:",
           "        refusal = write_refusal(if_match, if_none_match, request.key, found, request.began)\n        if refusal is not None and __import__('random').random() < 0.9:"),
)  # fmt: skip

MUTANTS: Final = (*S3, *SIMPLEDB, *DYNAMODB, *RACES)
