package testkit

import "time"

// AnswerTime is how long an answer to bad input may take here: the two seconds
// that are promised, and ten under the race detector, which makes everything
// slower, several lanes beside each other all the more.
func AnswerTime() time.Duration {
	if Race {
		return 10 * time.Second
	}
	return 2 * time.Second
}
