"""Imports users from a CSV file and reminds those who have not completed a poll. Needs Python 3.9 and nothing else.

    TOKEN=... python3 examples/remind.py POLL_ID [users.csv]

The file has a header line with any of id, username, firstName, lastName and languageCode. Ends with 0 when the campaign
has completed, otherwise with 1 and the reason.
"""

import csv
import json
import os
import sys
import time
import urllib.error
import urllib.request

API = os.environ.get("API", "http://127.0.0.1:4000/graphql")
TOKEN = os.environ.get("TOKEN", "")
USERS_PER_IMPORT = 500
FINISHED = {"COMPLETED", "FAILED", "CANCELLED", "PAUSED"}


def graphql(query, **variables):
    """Returns `data`; raises RuntimeError with the message of the first error."""
    request = urllib.request.Request(
        API,
        json.dumps({"query": query, "variables": variables}).encode(),
        {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        # A refused request has the same form as an answer.
        answer = json.load(error)
    if answer.get("errors"):
        raise RuntimeError(answer["errors"][0]["message"])
    return answer["data"]


def mutate(field, query, **variables):
    """Returns the payload; raises RuntimeError when it has user errors."""
    payload = graphql(query, **variables)[field]
    if payload["userErrors"]:
        raise RuntimeError("; ".join(error["message"] for error in payload["userErrors"]))
    return payload


def import_users(path):
    """An empty cell is left out, so it changes nothing. A byte order mark does no harm."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        users = [{key: value for key, value in row.items() if value} for row in csv.DictReader(file)]
    for start in range(0, len(users), USERS_PER_IMPORT):
        result = mutate(
            "importTelegramUsers",
            """mutation ($users: [TelegramUserInput!]!) {
                 importTelegramUsers(users: $users) { created updated userErrors { message } } }""",
            users=users[start : start + USERS_PER_IMPORT],
        )
        print(f"{result['created']} users created, {result['updated']} updated")


def start_campaign(poll_id):
    created = mutate(
        "createCampaign",
        """mutation ($input: CreateCampaignInput!) {
             createCampaign(input: $input) { campaign { id } userErrors { message } } }""",
        input={"topicId": poll_id},
    )
    campaign_id = created["campaign"]["id"]
    mutate(
        "startCampaign",
        "mutation ($id: ID!) { startCampaign(id: $id) { userErrors { message } } }",
        id=campaign_id,
    )
    return campaign_id


def follow(campaign_id):
    """Asks once a second; a dashboard would subscribe to campaignProgress instead."""
    while True:
        campaign = graphql(
            """query ($id: ID!) { campaign(id: $id) {
                 status totalUsers sentUsers failedUsers skippedUsers unconfirmedUsers failure { message } } }""",
            id=campaign_id,
        )["campaign"]
        if campaign["status"] in FINISHED:
            return campaign
        time.sleep(1)


def main(poll_id, path=None):
    if path is not None:
        import_users(path)
    campaign = follow(start_campaign(poll_id))
    print(
        f"{campaign['status']}: {campaign['sentUsers']} of {campaign['totalUsers']} sent, "
        f"{campaign['failedUsers']} failed, {campaign['skippedUsers']} skipped, "
        f"{campaign['unconfirmedUsers']} unconfirmed"
    )
    if campaign["failure"]:
        raise RuntimeError(campaign["failure"]["message"])
    return 0 if campaign["status"] == "COMPLETED" else 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except (RuntimeError, OSError) as error:
        sys.exit(f"{error}")
