package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// SessionPerson is the name of the value of a session that says whose it is.
const SessionPerson = "person"

// A session is kept as JSON, so that the store can tell whose it is: sessions of
// a deleted account are deleted with it.
type session struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// SessionCodec writes and reads the data of a session. All values are texts.
type SessionCodec struct{}

// Encode writes a session.
func (SessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	s := session{Deadline: deadline.UTC(), Values: make(map[string]string, len(values))}
	for name, value := range values {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("value %s of a session is no text", name)
		}
		s.Values[name] = text
	}
	return json.Marshal(s)
}

// Decode reads a session.
func (SessionCodec) Decode(data []byte) (time.Time, map[string]any, error) {
	var s session
	if err := json.Unmarshal(data, &s); err != nil {
		return time.Time{}, nil, errors.New("a session cannot be read")
	}
	values := make(map[string]any, len(s.Values))
	for name, text := range s.Values {
		values[name] = text
	}
	return s.Deadline, values, nil
}

// SessionOwner tells whose session it is; nobody has signed in to one without.
func SessionOwner(data []byte) (PersonID, error) {
	var s session
	if err := json.Unmarshal(data, &s); err != nil {
		return "", errors.New("a session cannot be read")
	}
	return PersonID(s.Values[SessionPerson]), nil
}
