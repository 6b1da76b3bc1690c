"""A Slack inside the product: real HTTP and WebSocket on loopback, nobody else's servers.

It can do no more than the real one: the same limits, the same refusals, the same silences. It
shares no code with what talks to it but the validator of Block Kit, which has tests of its own.

    app = App()                                # or App(request_url=f"{site}/slack/events")
    desk = Workspace("T0LOCAL")
    desk.hire(User("U0ANN", "ann", email="ann@example.com", person_id=1))
    desk.open(Channel("C0EAST", "renewals-east", members={"U0ANN"}))
    cloud = LoopbackSlackCloud(app, [desk], Board(), clock)
    await cloud.start()
    bot_token = cloud.install("T0LOCAL").bot_token          # joins nothing by itself:
    cloud.invite_bot("T0LOCAL", "C0EAST")
    … AsyncWebClient(bot_token, base_url=cloud.api_url), Socket Mode with app.app_token …
    await cloud.people.slash("U0ANN", "C0EAST", "show Acme")
    cloud.words("C0EAST"), cloud.ledger.sent, cloud.ledger.errors("chat.postMessage")
    await cloud.stop()

`methods.json` are Slack's public facts of each method: tier, scopes, arguments and errors, from
slack-ruby/slack-api-ref; conversations.join and .list, users.conversations, files.info, team.info
and auth.revoke are written by hand after the same pages.
"""
