package account

import "time"

// TOTPCode is what an authenticator shows.
func TOTPCode(secret []byte, at time.Time) string { return totpCode(secret, at.Unix()/totpPeriod) }
