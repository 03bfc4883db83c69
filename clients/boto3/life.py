"""The life of a table, by boto3: its client and its resource API, batch_writer, paginators and waiters.

Ends in an error where the server does not do what the service does. The endpoint, the region and the credentials are in
the environment: AWS_ENDPOINT_URL, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
"""

import decimal
import os
import time

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

TABLE = "boto3.visits"


def main():
    steps = [
        creates_a_table_and_waits_for_it,
        reads_and_writes_items_by_the_resource_api,
        keeps_every_type_exactly,
        tells_the_errors_by_their_classes,
        writes_by_batches_and_pages_through_them,
        queries_an_index_by_pages,
        carries_out_transactions,
        speaks_partiql,
        takes_members_of_before_expressions,
        adds_an_index_to_a_live_table,
        reads_the_stream_of_changes,
        switches_expiry_on,
        describes_the_account,
        writes_a_large_item,
        deletes_the_table_and_waits_until_it_is_gone,
    ]
    client = boto3.client("dynamodb")
    table = boto3.resource("dynamodb").Table(TABLE)
    for step in steps:
        step(client, table)
        print(f"boto3: {step.__name__.replace('_', ' ')}")


def creates_a_table_and_waits_for_it(client, table):
    client.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "user", "KeyType": "HASH"},
            {"AttributeName": "time", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "user", "AttributeType": "S"},
            {"AttributeName": "time", "AttributeType": "N"},
            {"AttributeName": "place", "AttributeType": "S"},
            {"AttributeName": "length", "AttributeType": "N"},
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-length",
                "KeySchema": [
                    {"AttributeName": "user", "KeyType": "HASH"},
                    {"AttributeName": "length", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-place",
                "KeySchema": [
                    {"AttributeName": "place", "KeyType": "HASH"},
                    {"AttributeName": "time", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        Tags=[{"Key": "team", "Value": "maps"}],
    )
    client.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    described = client.describe_table(TableName=TABLE)["Table"]
    equal(described["TableStatus"], "ACTIVE")
    equal(described["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
    equal([index["IndexName"] for index in described["GlobalSecondaryIndexes"]], ["by-place"])
    equal(table.key_schema[0]["AttributeName"], "user")
    listed = client.get_paginator("list_tables").paginate().build_full_result()["TableNames"]
    holds(TABLE in listed, listed)
    tags = client.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    equal(tags, [{"Key": "team", "Value": "maps"}])
    refused("ResourceInUseException", lambda: client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "user", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "user", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    ))


def reads_and_writes_items_by_the_resource_api(_client, table):
    table.put_item(Item={"user": "ann", "time": 1, "place": "attic", "tags": {"old", "dusty"}})
    equal(table.get_item(Key={"user": "ann", "time": 1})["Item"]["tags"], {"old", "dusty"})
    equal("Item" in table.get_item(Key={"user": "ann", "time": 2}), False)
    updated = table.update_item(
        Key={"user": "ann", "time": 1},
        UpdateExpression="SET #length = :length, seen = if_not_exists(seen, :zero) + :one REMOVE tags",
        ConditionExpression=Attr("place").eq("attic") & Attr("tags").contains("old"),
        ExpressionAttributeNames={"#length": "length"},
        ExpressionAttributeValues={":length": decimal.Decimal("2.5"), ":zero": 0, ":one": 1},
        ReturnValues="ALL_NEW",
        ReturnConsumedCapacity="INDEXES",
    )
    equal(updated["Attributes"], {
        "user": "ann", "time": 1, "place": "attic", "length": decimal.Decimal("2.5"), "seen": 1,
    })
    holds(updated["ConsumedCapacity"]["GlobalSecondaryIndexes"]["by-place"]["CapacityUnits"] > 0, updated)
    deleted = table.delete_item(Key={"user": "ann", "time": 1}, ReturnValues="ALL_OLD")
    equal(deleted["Attributes"]["seen"], 1)


def keeps_every_type_exactly(_client, table):
    item = {
        "user": "types",
        "time": decimal.Decimal("-1.5"),
        "text": "né\u0000e \U0001f600 \"quoted\" \\",
        "empty": "",
        "bytes": bytes(range(256)),
        "number": decimal.Decimal("1234567890.1234567890123456789012345678"),
        "small": decimal.Decimal("-1E-130"),
        "yes": True,
        "no": False,
        "nothing": None,
        "texts": {"a", "b"},
        "numbers": {decimal.Decimal(1), decimal.Decimal("2.5")},
        "binaries": {b"\x00", b"\xff"},
        "list": ["a", decimal.Decimal(1), [], {}, None],
        "map": {"deep": {"deeper": [{"a": decimal.Decimal(1)}]}},
    }
    table.put_item(Item=item)
    found = table.get_item(Key={"user": "types", "time": item["time"]}, ConsistentRead=True)["Item"]
    found["bytes"] = found["bytes"].value
    found["binaries"] = {binary.value for binary in found["binaries"]}
    equal(found, item)
    table.delete_item(Key={"user": "types", "time": item["time"]})


def tells_the_errors_by_their_classes(client, table):
    table.put_item(Item={"user": "bob", "time": 1, "place": "cellar"})
    try:
        table.put_item(
            Item={"user": "bob", "time": 1},
            ConditionExpression=Attr("user").not_exists(),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        raise AssertionError("the condition does not hold")
    except client.exceptions.ConditionalCheckFailedException as error:
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        equal(error.response["Error"]["Message"], "The conditional request failed")
        equal(error.response["Item"]["place"], {"S": "cellar"})
    refused("ResourceNotFoundException", lambda: client.get_item(TableName="missing", Key={"user": {"S": "a"}}))
    refused("ValidationException", lambda: table.get_item(Key={"user": "bob"}))
    refused("ValidationException", lambda: table.scan(FilterExpression="place ="))
    unknown = client.list_tables()["ResponseMetadata"]
    holds(len(unknown["RequestId"]) > 20, unknown)
    table.delete_item(Key={"user": "bob", "time": 1})


def writes_by_batches_and_pages_through_them(client, table):
    with table.batch_writer(overwrite_by_pkeys=["user", "time"]) as batch:
        for number in range(500):
            place = "attic" if number % 2 else "cellar"
            item = {"user": f"u{number % 10}", "time": number, "place": place, "length": number % 7}
            batch.put_item(Item={**item, "padding": "x" * 5000})
        batch.delete_item(Key={"user": "u0", "time": 0})
    paginator = client.get_paginator("scan")
    pages = list(paginator.paginate(TableName=TABLE, Select="COUNT"))
    equal(sum(page["Count"] for page in pages), 499)
    holds(len(pages) > 2, "pages end after 1 MB")
    limited = paginator.paginate(TableName=TABLE, PaginationConfig={"PageSize": 40, "MaxItems": 100})
    equal(len(limited.build_full_result()["Items"]), 100)
    segments = [
        paginator.paginate(
            TableName=TABLE,
            Segment=segment,
            TotalSegments=3,
            ProjectionExpression="#time",
            ExpressionAttributeNames={"#time": "time"},
        ).build_full_result()["Items"]
        for segment in range(3)
    ]
    equal(sorted(int(item["time"]["N"]) for segment in segments for item in segment), list(range(1, 500)))
    keys = [{"user": {"S": f"u{number % 10}"}, "time": {"N": str(number)}} for number in range(1, 101)]
    answer = client.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ProjectionExpression": "padding"}})
    equal(len(answer["Responses"][TABLE]), 100)
    equal(answer["UnprocessedKeys"], {})


def queries_an_index_by_pages(client, table):
    found, start = [], {}
    while True:
        page = table.query(
            IndexName="by-place",
            KeyConditionExpression=Key("place").eq("attic") & Key("time").between(100, 300),
            FilterExpression=Attr("length").lt(3),
            ScanIndexForward=False,
            Limit=30,
            **start,
        )
        found += [int(item["time"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    equal(found, [time for time in range(299, 100, -2) if time % 7 < 3])
    local = client.get_paginator("query").paginate(
        TableName=TABLE,
        IndexName="by-length",
        KeyConditionExpression="#user = :user AND #length >= :length",
        ExpressionAttributeNames={"#user": "user", "#length": "length"},
        ExpressionAttributeValues={":user": {"S": "u3"}, ":length": {"N": "5"}},
    )
    lengths = [int(item["length"]["N"]) for item in local.build_full_result()["Items"]]
    equal(lengths, sorted(number % 7 for number in range(3, 500, 10) if number % 7 >= 5))


def carries_out_transactions(client, table):
    def key(time):
        return {"user": {"S": "tx"}, "time": {"N": str(time)}}

    write = {
        "TransactItems": [
            {"Put": {"TableName": TABLE, "Item": {**key(1), "balance": {"N": "10"}}}},
            {"Update": {
                "TableName": TABLE, "Key": key(2), "UpdateExpression": "ADD balance :five",
                "ExpressionAttributeValues": {":five": {"N": "5"}},
            }},
            {"ConditionCheck": {
                "TableName": TABLE, "Key": key(3), "ConditionExpression": "attribute_not_exists(#user)",
                "ExpressionAttributeNames": {"#user": "user"},
            }},
        ],
        "ClientRequestToken": "a-token-of-ours",
    }
    client.transact_write_items(**write)
    client.transact_write_items(**write)
    answer = client.transact_get_items(TransactItems=[
        {"Get": {"TableName": TABLE, "Key": key(time)}} for time in (1, 2, 3)
    ])
    balances = [response.get("Item", {}).get("balance", {}).get("N") for response in answer["Responses"]]
    equal(balances, ["10", "5", None])
    try:
        client.transact_write_items(TransactItems=[
            {"Delete": {"TableName": TABLE, "Key": key(1)}},
            {"Update": {
                "TableName": TABLE, "Key": key(2), "UpdateExpression": "SET balance = balance - :ten",
                "ConditionExpression": "balance >= :ten", "ExpressionAttributeValues": {":ten": {"N": "10"}},
            }},
        ])
        raise AssertionError("the condition does not hold")
    except client.exceptions.TransactionCanceledException as error:
        codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
        equal(codes, ["None", "ConditionalCheckFailed"])
    holds("Item" in table.get_item(Key={"user": "tx", "time": 1}), "nothing was deleted")


def speaks_partiql(client, _table):
    insert = f"""INSERT INTO "{TABLE}" VALUE {{'user': ?, 'time': ?, 'place': 'pantry', 'jars': [1, 2]}}"""
    client.execute_statement(Statement=insert, Parameters=[{"S": "pql"}, {"N": "1"}])
    refused("DuplicateItemException", lambda: client.execute_statement(
        Statement=insert, Parameters=[{"S": "pql"}, {"N": "1"}]))
    updated = client.execute_statement(
        Statement=f"""UPDATE "{TABLE}" SET jars[0] = 7 REMOVE place WHERE "user" = 'pql' AND "time" = 1 RETURNING ALL NEW *""")
    equal(updated["Items"][0]["jars"], {"L": [{"N": "7"}, {"N": "2"}]})
    batch = client.batch_execute_statement(Statements=[
        {"Statement": f"""SELECT jars FROM "{TABLE}" WHERE "user" = 'pql' AND "time" = 1"""},
        {"Statement": f"""SELECT * FROM "{TABLE}" WHERE "user" = 'pql' AND "time" = 2"""},
    ])
    equal(batch["Responses"][0]["Item"], {"jars": {"L": [{"N": "7"}, {"N": "2"}]}})
    equal("Item" in batch["Responses"][1], False)
    client.execute_transaction(TransactStatements=[
        {"Statement": f"""DELETE FROM "{TABLE}" WHERE "user" = 'pql' AND "time" = 1"""},
        {"Statement": f"""INSERT INTO "{TABLE}" VALUE {{'user': 'pql', 'time': 3}}"""},
    ])
    found = client.execute_statement(
        Statement=f"""SELECT * FROM "{TABLE}" WHERE "user" = ? ORDER BY "time" DESC""", Parameters=[{"S": "pql"}])
    equal(found["Items"], [{"user": {"S": "pql"}, "time": {"N": "3"}}])
    pages, token = [], {}
    while True:
        page = client.execute_statement(
            Statement=f"""SELECT "time" FROM "{TABLE}"."by-place" WHERE place = 'attic'""", Limit=100, **token)
        pages.append(len(page["Items"]))
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    equal(sum(pages), 250)


def takes_members_of_before_expressions(client, table):
    table.put_item(Item={"user": "old", "time": 1, "seen": 1}, Expected={"user": {"Exists": False}})
    refused("ConditionalCheckFailedException", lambda: table.put_item(
        Item={"user": "old", "time": 1}, Expected={"seen": {"Value": 2}}))
    updated = table.update_item(
        Key={"user": "old", "time": 1},
        AttributeUpdates={"seen": {"Action": "ADD", "Value": 4}, "place": {"Action": "PUT", "Value": "shed"}},
        ReturnValues="UPDATED_NEW",
    )
    equal(updated["Attributes"], {"seen": 5, "place": "shed"})
    found = table.query(
        KeyConditions={
            "user": {"ComparisonOperator": "EQ", "AttributeValueList": ["old"]},
            "time": {"ComparisonOperator": "GT", "AttributeValueList": [0]},
        },
        QueryFilter={"place": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": ["sh"]}},
        AttributesToGet=["seen"],
    )
    equal(found["Items"], [{"seen": 5}])
    found = table.scan(ScanFilter={"user": {"ComparisonOperator": "EQ", "AttributeValueList": ["old"]}})
    equal(found["Count"], 1) if "LastEvaluatedKey" not in found else None
    table.delete_item(Key={"user": "old", "time": 1}, Expected={"seen": {"Value": 5, "Exists": True}})
    refused("ValidationException", lambda: client.query(
        TableName=TABLE,
        KeyConditionExpression="#user = :user",
        ExpressionAttributeNames={"#user": "user"},
        ExpressionAttributeValues={":user": {"S": "a"}},
        QueryFilter={"place": {"ComparisonOperator": "NULL"}},
    ))


def adds_an_index_to_a_live_table(client, table):
    client.update_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "length", "AttributeType": "N"}],
        GlobalSecondaryIndexUpdates=[{"Create": {
            "IndexName": "lengths",
            "KeySchema": [{"AttributeName": "length", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["place"]},
        }}],
    )
    until(lambda: all(
        index["IndexStatus"] == "ACTIVE"
        for index in client.describe_table(TableName=TABLE)["Table"]["GlobalSecondaryIndexes"]
    ))
    found = table.query(IndexName="lengths", KeyConditionExpression=Key("length").eq(6), Select="COUNT")
    equal(found["Count"], len([number for number in range(1, 500) if number % 7 == 6]))


def reads_the_stream_of_changes(client, table):
    streams = boto3.client("dynamodbstreams")
    arn = client.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    equal([stream["StreamArn"] for stream in streams.list_streams(TableName=TABLE)["Streams"]], [arn])
    table.put_item(Item={"user": "watched", "time": 1, "state": "new"})
    table.put_item(Item={"user": "watched", "time": 1, "state": "changed"})
    table.delete_item(Key={"user": "watched", "time": 1})
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    equal(description["StreamViewType"], "NEW_AND_OLD_IMAGES")
    seen = []
    for shard in description["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            seen += [record for record in page["Records"]
                     if record["dynamodb"]["Keys"]["user"] == {"S": "watched"}]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    equal([record["eventName"] for record in seen], ["INSERT", "MODIFY", "REMOVE"])
    changes = [
        [record["dynamodb"].get(image, {}).get("state", {}).get("S") for image in ("OldImage", "NewImage")]
        for record in seen
    ]
    equal(changes, [[None, "new"], ["new", "changed"], ["changed", None]])


def switches_expiry_on(client, table):
    client.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    described = client.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    equal(described["AttributeName"], "expires")
    now = int(time.time())
    table.put_item(Item={"user": "short", "time": 1, "expires": now - 60})
    table.put_item(Item={"user": "short", "time": 2, "expires": now + 3600})
    # The service takes up to some days; an emulator should not.
    until(lambda: "Item" not in table.get_item(Key={"user": "short", "time": 1}))
    holds("Item" in table.get_item(Key={"user": "short", "time": 2}), "it has not expired")


def describes_the_account(client, _table):
    limits = client.describe_limits()
    holds(limits["TableMaxReadCapacityUnits"] >= 40000, limits)
    backups = client.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
    equal(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "DISABLED")
    holds(client.describe_endpoints()["Endpoints"], "there is an endpoint")
    equal(client.list_backups()["BackupSummaries"], [])
    equal(client.list_global_tables()["GlobalTables"], [])


def writes_a_large_item(_client, table):
    table.put_item(Item={"user": "large", "time": 1, "text": "long " * 50_000})
    equal(len(table.get_item(Key={"user": "large", "time": 1})["Item"]["text"]), 250_000)
    refused("ValidationException", lambda: table.put_item(
        Item={"user": "large", "time": 2, "text": "long " * 82_000}))


def deletes_the_table_and_waits_until_it_is_gone(client, table):
    client.update_table(TableName=TABLE, DeletionProtectionEnabled=True)
    refused("ValidationException", table.delete)
    client.update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    table.delete()
    client.get_waiter("table_not_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    refused("ResourceNotFoundException", lambda: client.describe_table(TableName=TABLE))


def equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def holds(condition, context):
    assert condition, context


def refused(code, call):
    try:
        answer = call()
    except ClientError as error:
        equal(error.response["Error"]["Code"], code)
        return
    raise AssertionError(f"answered, where {code} was expected: {answer}")


def until(condition):
    for _ in range(50):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it has not come to that in five seconds")


if __name__ == "__main__":
    if "AWS_ENDPOINT_URL" not in os.environ:
        raise SystemExit("AWS_ENDPOINT_URL says which server to talk to, as in http://127.0.0.1:8000")
    main()
