// dynamodb-admin in a headless Chromium: lists a table, makes, shows, finds, edits and deletes items, and deletes the table,
// as its user would, by its pages.
//
// Ends in an error where a page does not show what it should; a picture of it is then in the folder that SCREENSHOTS names.
// The endpoint, the region and the credentials are in the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY. CHROMIUM says where the browser is.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { chromium } from "playwright-core";

const endpoint = process.env.AWS_ENDPOINT_URL;
assert(endpoint, "AWS_ENDPOINT_URL says which server to talk to, as in http://127.0.0.1:8000");
const table = "admin.visits";
const require = createRequire(import.meta.url);

const steps = {
    // Its form for new tables sends capacities as text, which the service refuses.
    async "lists a table that was made elsewhere"(page, base) {
        await new DynamoDBClient({}).send(new CreateTableCommand({
            TableName: table,
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
                Projection: { ProjectionType: "ALL" },
            }],
            BillingMode: "PAY_PER_REQUEST",
        }));
        await page.goto(base);
        await page.waitForSelector(`[data-table-name="${table}"]`);
    },

    async "makes items"(page, base) {
        for (let time = 1; time <= 30; time += 1) {
            await page.goto(`${base}/tables/${table}/add-item`);
            const place = time % 2 ? "attic" : "cellar";
            await page.evaluate((text) => editor.setValue(text), JSON.stringify({ user: "ann", time, place }));
            await page.click("#saveButton");
            await page.waitForURL(`${base}/tables/${table}/items/ann%2C${time}`);
        }
    },

    async "lists items by pages"(page, base) {
        await page.goto(`${base}/tables/${table}`);
        await page.waitForSelector("#items-container tr");
        assert.equal(await page.locator("#items-container tr").count(), 25);
        await Promise.all([page.waitForNavigation(), page.click(".page-link-next")]);
        await page.waitForSelector("#items-container tr");
        assert.equal(await page.locator("#items-container tr").count(), 5);
    },

    async "finds items by an index"(page, base) {
        await page.goto(`${base}/tables/${table}`);
        await page.waitForSelector("#items-container tr");
        const index = page.locator("select[name=queryableSelection] option", { hasText: "by-place" });
        await page.selectOption("select[name=queryableSelection]", await index.getAttribute("value"));
        await page.selectOption("select[name=operationType]", "query");
        await page.locator(".filter-row-value").last().fill("cellar");
        await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
        await page.waitForSelector("#items-container tr");
        assert.equal(await page.locator("#items-container tr").count(), 15);
    },

    async "edits an item"(page, base) {
        await page.goto(`${base}/tables/${table}/items/ann%2C7`);
        const shown = JSON.parse(await page.evaluate(() => editor.getValue()));
        assert.deepEqual(shown, { user: "ann", time: 7, place: "attic" });
        const edited = { ...shown, place: "pantry", jars: [1, { of: "plums" }], empty: "" };
        await page.evaluate((text) => editor.setValue(text), JSON.stringify(edited));
        await page.click("#saveButton");
        await page.waitForSelector("#saveButton.btn-success");
        await page.reload();
        assert.deepEqual(JSON.parse(await page.evaluate(() => editor.getValue())), edited);
    },

    async "shows what the server refuses"(page, base) {
        await page.goto(`${base}/tables/${table}/add-item`);
        await page.evaluate((text) => editor.setValue(text), JSON.stringify({ user: "ann", time: "late" }));
        await page.click("#saveButton");
        await page.waitForSelector("text=Type mismatch for key time");
    },

    async "deletes an item"(page, base) {
        await page.goto(`${base}/tables/${table}/items/ann%2C8`);
        await page.click("button.btn-danger");
        await page.waitForURL(`${base}/tables/${table}`);
        const gone = await page.goto(`${base}/tables/${table}/items/ann%2C8`);
        assert.equal(gone.status(), 404);
    },

    async "tells the table's description"(page, base) {
        await page.goto(`${base}/tables/${table}/meta`);
        const shown = JSON.parse(await page.evaluate(() => ace.edit("documentArea").getValue()));
        assert.equal(shown.TableStatus, "ACTIVE");
        assert.deepEqual(shown.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName), ["by-place"]);
    },

    async "empties and deletes the table"(page, base) {
        page.on("dialog", (dialog) => dialog.accept());
        await page.goto(`${base}/`);
        const row = page.locator(`[data-table-name="${table}"]`);
        // The page loads again once the server has answered.
        await Promise.all([page.waitForEvent("load"), row.getByText("Purge").click()]);
        await page.goto(`${base}/tables/${table}`);
        await page.waitForSelector(".no-results:not(.d-none)");
        await page.goto(base);
        await Promise.all([page.waitForEvent("load"), row.getByText("Delete").click()]);
        assert.equal(await row.count(), 0);
    },
};

const { admin, base } = await start();
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ],
});
const page = await browser.newPage();
page.setDefaultTimeout(15_000);
try {
    for (const [name, step] of Object.entries(steps)) {
        try {
            await step(page, base);
        } catch (error) {
            if (process.env.SCREENSHOTS) {
                await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name.replaceAll(" ", "-")}.png` });
            }
            throw error;
        }
        console.log(`dynamodb-admin: ${name}`);
    }
} finally {
    await browser.close();
    admin.kill();
}

// Starts dynamodb-admin on a free port.
async function start() {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address();
    probe.close();
    const program = require.resolve("dynamodb-admin/dist/dynamodb-admin.js");
    const admin = spawn(
        process.execPath,
        [program, "--host", "127.0.0.1", "--port", String(port), "--dynamo-endpoint", endpoint, "--skip-default-credentials"],
        { stdio: ["ignore", "ignore", "inherit"] },
    );
    const base = `http://127.0.0.1:${port}`;
    for (let attempt = 0; attempt < 100; attempt += 1) {
        const answer = await fetch(base).catch(() => undefined);
        if (answer) return { admin, base };
        await sleep(100);
    }
    admin.kill();
    throw new Error("dynamodb-admin does not answer");
}
