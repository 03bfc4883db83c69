#!/usr/bin/env bash
# The life of a table, by the AWS CLI. Ends in an error where the server does not do what the service does.
#
# The endpoint, the region and the credentials are in the environment: AWS_ENDPOINT_URL, AWS_DEFAULT_REGION,
# AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
set -euo pipefail
: "${AWS_ENDPOINT_URL:?says which server to talk to, as in http://127.0.0.1:8000}"
export AWS_PAGER=
table=cli.visits

db() { aws dynamodb "$@" --output json; }

# is EXPECTED COMMAND..: that it prints this.
is() {
    local expected=$1 found
    shift
    found=$("$@")
    if [ "$found" != "$expected" ]; then
        printf 'aws-cli: %s\n  printed  %s\n  expected %s\n' "$*" "$found" "$expected" >&2
        exit 1
    fi
}

# refused CODE COMMAND..: that it fails by this error.
refused() {
    local code=$1 said
    shift
    if said=$("$@" 2>&1); then
        printf 'aws-cli: %s was answered, where %s was expected\n' "$*" "$code" >&2
        exit 1
    fi
    case $said in
    *"($code)"*) ;;
    *)
        printf 'aws-cli: %s failed by another error than %s: %s\n' "$*" "$code" "$said" >&2
        exit 1
        ;;
    esac
}

text() { aws dynamodb "$@" --output text; }

# How many items a command prints, of all its pages.
count() { text "$@" --query 'Items[].[time.N]' | wc -l; }

db create-table --table-name $table \
    --attribute-definitions AttributeName=user,AttributeType=S AttributeName=time,AttributeType=N \
    --key-schema AttributeName=user,KeyType=HASH AttributeName=time,KeyType=RANGE \
    --provisioned-throughput ReadCapacityUnits=500,WriteCapacityUnits=500 >/dev/null
db wait table-exists --table-name $table
is ACTIVE text describe-table --table-name $table --query Table.TableStatus
is 500 text describe-table --table-name $table --query Table.ProvisionedThroughput.WriteCapacityUnits
is "$table" text list-tables --query "TableNames[?@=='$table'] | [0]"
echo "aws-cli: creates a table and waits for it"

db put-item --table-name $table --item '{"user": {"S": "ann"}, "time": {"N": "1"}, "place": {"S": "attic"}}'
is attic text get-item --table-name $table --key '{"user": {"S": "ann"}, "time": {"N": "1"}}' --query Item.place.S
is 3 text update-item --table-name $table --key '{"user": {"S": "ann"}, "time": {"N": "1"}}' \
    --update-expression 'ADD seen :three' --expression-attribute-values '{":three": {"N": "3"}}' \
    --return-values UPDATED_NEW --query Attributes.seen.N
refused ConditionalCheckFailedException db put-item --table-name $table \
    --item '{"user": {"S": "ann"}, "time": {"N": "1"}}' --condition-expression 'attribute_not_exists(#user)' \
    --expression-attribute-names '{"#user": "user"}'
is attic text delete-item --table-name $table --key '{"user": {"S": "ann"}, "time": {"N": "1"}}' \
    --return-values ALL_OLD --query Attributes.place.S
echo "aws-cli: reads and writes items"

requests() {
    local number
    printf '{"%s": [' $table
    for ((number = $1; number < $1 + 25; number++)); do
        [ "$number" -eq "$1" ] || printf ,
        printf '{"PutRequest": {"Item": {"user": {"S": "bob"}, "time": {"N": "%d"}}}}' "$number"
    done
    printf ']}'
}
for first in 0 25 50 75; do
    is '{}' text batch-write-item --request-items "$(requests $first)" --query 'to_string(UnprocessedItems)'
done
# The CLI goes on from page to page by itself.
is 100 count scan --table-name $table --page-size 7
is 10 count query --table-name $table --page-size 3 --no-scan-index-forward \
    --key-condition-expression '#user = :user AND #time BETWEEN :from AND :to' \
    --expression-attribute-names '{"#user": "user", "#time": "time"}' \
    --expression-attribute-values '{":user": {"S": "bob"}, ":from": {"N": "5"}, ":to": {"N": "14"}}'
is 4 count scan --table-name $table --no-paginate --limit 4
echo "aws-cli: writes by batches and pages through them"

refused TransactionCanceledException db transact-write-items --transact-items "[
    {\"Delete\": {\"TableName\": \"$table\", \"Key\": {\"user\": {\"S\": \"bob\"}, \"time\": {\"N\": \"1\"}}}},
    {\"ConditionCheck\": {\"TableName\": \"$table\", \"Key\": {\"user\": {\"S\": \"bob\"}, \"time\": {\"N\": \"2\"}},
        \"ConditionExpression\": \"attribute_exists(never)\"}}]"
is 1 text execute-statement --statement "SELECT * FROM \"$table\" WHERE \"user\" = 'bob' AND \"time\" = 1" \
    --query 'length(Items)'
db execute-statement --statement "DELETE FROM \"$table\" WHERE \"user\" = 'bob' AND \"time\" = 1" >/dev/null
is 99 text scan --table-name $table --select COUNT --query Count
echo "aws-cli: carries out transactions and statements"

arn=$(text describe-table --table-name $table --query Table.TableArn)
db tag-resource --resource-arn "$arn" --tags Key=team,Value=maps
is maps text list-tags-of-resource --resource-arn "$arn" --query 'Tags[0].Value'
db untag-resource --resource-arn "$arn" --tag-keys team
is 0 text list-tags-of-resource --resource-arn "$arn" --query 'length(Tags)'
db update-table --table-name $table --billing-mode PAY_PER_REQUEST >/dev/null
is PAY_PER_REQUEST text describe-table --table-name $table --query Table.BillingModeSummary.BillingMode
db update-time-to-live --table-name $table --time-to-live-specification Enabled=true,AttributeName=expires >/dev/null
is expires text describe-time-to-live --table-name $table --query TimeToLiveDescription.AttributeName
is DISABLED text describe-continuous-backups --table-name $table \
    --query ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus
text describe-limits >/dev/null
text describe-endpoints >/dev/null
echo "aws-cli: administers the table"

refused ResourceNotFoundException db describe-table --table-name missing
refused ValidationException db get-item --table-name $table --key '{"user": {"S": "ann"}}'
db delete-table --table-name $table >/dev/null
db wait table-not-exists --table-name $table
refused ResourceNotFoundException db describe-table --table-name $table
echo "aws-cli: deletes the table and waits until it is gone"
