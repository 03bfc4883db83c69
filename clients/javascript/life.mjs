// The life of a table, by the AWS SDK for JavaScript: its client, its document client, paginators and waiters.
//
// Ends in an error where the server does not do what the service does. The endpoint, the region and the credentials are in
// the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.

import assert from "node:assert/strict";
import {
    BatchExecuteStatementCommand,
    ConditionalCheckFailedException,
    CreateTableCommand,
    DeleteTableCommand,
    DescribeContinuousBackupsCommand,
    DescribeLimitsCommand,
    DescribeTableCommand,
    DescribeTimeToLiveCommand,
    DuplicateItemException,
    DynamoDBClient,
    ExecuteStatementCommand,
    GetItemCommand,
    ListTagsOfResourceCommand,
    ResourceNotFoundException,
    TagResourceCommand,
    TransactionCanceledException,
    UpdateTableCommand,
    UpdateTimeToLiveCommand,
    paginateListTables,
    waitUntilTableExists,
    waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import {
    DescribeStreamCommand,
    DynamoDBStreamsClient,
    GetRecordsCommand,
    GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import {
    BatchGetCommand,
    BatchWriteCommand,
    DeleteCommand,
    DynamoDBDocumentClient,
    GetCommand,
    PutCommand,
    TransactGetCommand,
    TransactWriteCommand,
    UpdateCommand,
    paginateQuery,
    paginateScan,
} from "@aws-sdk/lib-dynamodb";

assert(process.env.AWS_ENDPOINT_URL, "AWS_ENDPOINT_URL says which server to talk to, as in http://127.0.0.1:8000");
const TableName = "javascript.visits";
const client = new DynamoDBClient({});
const documents = DynamoDBDocumentClient.from(client);

const steps = {
    async "creates a table and waits for it"() {
        await client.send(new CreateTableCommand({
            TableName,
            AttributeDefinitions: [
                { AttributeName: "user", AttributeType: "S" },
                { AttributeName: "time", AttributeType: "N" },
                { AttributeName: "place", AttributeType: "S" },
            ],
            KeySchema: [
                { AttributeName: "user", KeyType: "HASH" },
                { AttributeName: "time", KeyType: "RANGE" },
            ],
            GlobalSecondaryIndexes: [{
                IndexName: "by-place",
                KeySchema: [{ AttributeName: "place", KeyType: "HASH" }],
                Projection: { ProjectionType: "KEYS_ONLY" },
            }],
            BillingMode: "PAY_PER_REQUEST",
            StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
        }));
        await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        assert.equal(Table.TableStatus, "ACTIVE");
        assert(Math.abs(Table.CreationDateTime - Date.now()) < 60_000, "it was created just now");
        const names = [];
        for await (const page of paginateListTables({ client }, {})) names.push(...page.TableNames);
        assert(names.includes(TableName));
    },

    async "reads and writes items by the document client"() {
        const item = {
            user: "ann",
            time: 1,
            place: "attic",
            bytes: new Uint8Array([0, 1, 255]),
            tags: new Set(["dusty", "old"]),
            deep: { list: [1, "a", true, null, {}] },
            empty: "",
        };
        await documents.send(new PutCommand({ TableName, Item: item }));
        const found = await documents.send(new GetCommand({ TableName, Key: { user: "ann", time: 1 } }));
        assert.deepEqual(found.Item, item);
        const updated = await documents.send(new UpdateCommand({
            TableName,
            Key: { user: "ann", time: 1 },
            UpdateExpression: "SET deep.#list[0] = deep.#list[0] + :two REMOVE bytes DELETE tags :old",
            ExpressionAttributeNames: { "#list": "list" },
            ExpressionAttributeValues: { ":two": 2, ":old": new Set(["old"]) },
            ReturnValues: "ALL_NEW",
        }));
        assert.equal(updated.Attributes.deep.list[0], 3);
        assert.deepEqual(updated.Attributes.tags, new Set(["dusty"]));
        const deleted = await documents.send(new DeleteCommand({
            TableName, Key: { user: "ann", time: 1 }, ReturnValues: "ALL_OLD",
        }));
        assert.equal(deleted.Attributes.place, "attic");
    },

    async "tells the errors by their classes"() {
        await documents.send(new PutCommand({ TableName, Item: { user: "bob", time: 1, place: "cellar" } }));
        await assert.rejects(
            documents.send(new PutCommand({
                TableName,
                Item: { user: "bob", time: 1 },
                ConditionExpression: "attribute_not_exists(#user)",
                ExpressionAttributeNames: { "#user": "user" },
                ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            })),
            (error) => {
                assert(error instanceof ConditionalCheckFailedException, error);
                assert.deepEqual(error.Item.place, { S: "cellar" });
                return true;
            },
        );
        const missing = new GetItemCommand({ TableName: "missing", Key: { user: { S: "a" } } });
        await assert.rejects(client.send(missing), ResourceNotFoundException);
        await assert.rejects(
            documents.send(new GetCommand({ TableName, Key: { user: "bob" } })),
            { name: "ValidationException", message: /does not match the schema/ },
        );
        await documents.send(new DeleteCommand({ TableName, Key: { user: "bob", time: 1 } }));
    },

    async "writes by batches and pages through them"() {
        for (let first = 0; first < 300; first += 25) {
            const puts = Array.from({ length: 25 }, (_, index) => {
                const time = first + index;
                const Item = { user: `u${time % 3}`, time, place: time % 2 ? "attic" : "cellar" };
                return { PutRequest: { Item: { ...Item, padding: "x".repeat(5000) } } };
            });
            const answer = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
            assert.deepEqual(answer.UnprocessedItems, {});
        }
        const scanned = [];
        let pages = 0;
        for await (const page of paginateScan({ client: documents }, { TableName })) {
            scanned.push(...page.Items);
            pages += 1;
        }
        assert.equal(scanned.length, 300);
        assert(pages > 1, "pages end after 1 MB");
        const queried = [];
        const query = {
            TableName,
            KeyConditionExpression: "#user = :user AND #time >= :time",
            ExpressionAttributeNames: { "#user": "user", "#time": "time" },
            ExpressionAttributeValues: { ":user": "u1", ":time": 100 },
            ScanIndexForward: false,
        };
        for await (const page of paginateQuery({ client: documents, pageSize: 9 }, query)) {
            queried.push(...page.Items.map((item) => item.time));
        }
        assert.deepEqual(queried, Array.from({ length: 67 }, (_, index) => 298 - 3 * index));
        const Keys = Array.from({ length: 100 }, (_, time) => ({ user: `u${time % 3}`, time }));
        const got = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }));
        assert.equal(got.Responses[TableName].length, 100);
    },

    async "carries out transactions and statements"() {
        await assert.rejects(
            documents.send(new TransactWriteCommand({
                TransactItems: [
                    { Delete: { TableName, Key: { user: "u0", time: 0 } } },
                    {
                        ConditionCheck: {
                            TableName, Key: { user: "u1", time: 1 }, ConditionExpression: "attribute_exists(never)",
                        },
                    },
                ],
            })),
            (error) => {
                assert(error instanceof TransactionCanceledException, error);
                assert.deepEqual(error.CancellationReasons.map(({ Code }) => Code), ["None", "ConditionalCheckFailed"]);
                return true;
            },
        );
        const both = await documents.send(new TransactGetCommand({
            TransactItems: [
                { Get: { TableName, Key: { user: "u0", time: 0 } } },
                { Get: { TableName, Key: { user: "nobody", time: 0 } } },
            ],
        }));
        assert.deepEqual(both.Responses.map(({ Item }) => Item?.time), [0, undefined]);
        const Statement = `INSERT INTO "${TableName}" VALUE {'user': 'pql', 'time': 1}`;
        await client.send(new ExecuteStatementCommand({ Statement }));
        await assert.rejects(client.send(new ExecuteStatementCommand({ Statement })), DuplicateItemException);
        const batch = await client.send(new BatchExecuteStatementCommand({
            Statements: [1, 2].map((time) => ({
                Statement: `SELECT * FROM "${TableName}" WHERE "user" = 'pql' AND "time" = ?`,
                Parameters: [{ N: String(time) }],
            })),
        }));
        assert.deepEqual(batch.Responses.map(({ Item }) => Item?.time), [{ N: "1" }, undefined]);
    },

    async "reads the stream of changes"() {
        const streams = new DynamoDBStreamsClient({});
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        const StreamArn = Table.LatestStreamArn;
        const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
        const keys = [];
        for (const { ShardId } of StreamDescription.Shards) {
            const begin = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
            let { ShardIterator } = await streams.send(new GetShardIteratorCommand(begin));
            while (ShardIterator) {
                const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
                for (const record of page.Records) {
                    assert.equal(record.dynamodb.NewImage, undefined);
                    keys.push(`${record.eventName} ${record.dynamodb.Keys.user.S}`);
                }
                ShardIterator = page.Records.length > 0 ? page.NextShardIterator : undefined;
            }
        }
        assert.deepEqual(keys.slice(0, 4), ["INSERT ann", "MODIFY ann", "REMOVE ann", "INSERT bob"]);
        assert.equal(keys.filter((key) => key.startsWith("INSERT u")).length, 300);
    },

    async "administers the table"() {
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        const ResourceArn = Table.TableArn;
        await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: "team", Value: "maps" }] }));
        const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));
        assert.deepEqual(Tags, [{ Key: "team", Value: "maps" }]);
        await client.send(new UpdateTimeToLiveCommand({
            TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
        }));
        const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
        assert.equal(TimeToLiveDescription.AttributeName, "expires");
        await client.send(new UpdateTableCommand({
            TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "by-place" } }],
        }));
        const backups = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
        assert.equal(
            backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus,
            "DISABLED",
        );
        const limits = await client.send(new DescribeLimitsCommand({}));
        assert(limits.AccountMaxWriteCapacityUnits > 0);
    },

    async "deletes the table and waits until it is gone"() {
        await client.send(new DeleteTableCommand({ TableName }));
        await waitUntilTableNotExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
        await assert.rejects(client.send(new DescribeTableCommand({ TableName })), ResourceNotFoundException);
    },
};

for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`javascript: ${name}`);
}
