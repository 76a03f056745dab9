/// What each metric says, in a sentence: the HELP lines, and the table of docs/metrics.md.
package enum MetricHelp {
    package static let texts = [
        "tykva_http_requests_total": "Requests by the route that answered and the class of the status.",
        "tykva_http_request_seconds": "How long the answers of a route took.",
        "tykva_sign_ins_total": "Sign-ins by password, by their result.",
        "tykva_guesses_refused_total": "Requests that were answered 429 unseen, by what is counted.",
        "tykva_outbox_total": "Attempts to send a message, by their result.",
        "tykva_refreshes_total": "Refresh tokens presented, by the row of the state machine that judged them.",
        "tykva_events_dropped_total": "Events that were not written because too many waited or storage failed.",
        "tykva_password_checks_waiting": "Password checks in the queue.",
        "tykva_password_checks_running": "Password checks that are being computed.",
        "tykva_signing_key_age_seconds": "How long the key that signs has been the one that signs.",
        "tykva_signing_key_next_change_seconds":
            "Until the signing keys change next; below zero, a change is overdue.",
        "tykva_clock_offset_seconds": "How far this node's clock is from the database's.",
        "tykva_verifier_jwks_fetches_total": "Fetches of an issuer's key set, by the verifier in this process.",
        "tykva_verifier_jwks_failures_total": "Fetches of a key set that failed.",
        "tykva_verifier_jwks_age_seconds": "How old the verifier's key set is.",
        "tykva_verifier_jwks_usable_seconds":
            "How long the verifier's keys may be used if newer ones cannot be had; at zero, checks are answered 503.",
    ]
}
