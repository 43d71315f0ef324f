package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ByHand is a call of KMS by a person in a Region, past the proxy; it is in the journal under the account's user. It
// panics where KMS refuses the call.
func (s *Simulator) ByHand(region, operation string, in map[string]any) map[string]any {
	out, err := s.TryByHand(region, operation, in)
	if err != nil {
		panic(err)
	}
	return out
}

// TryByHand is ByHand for calls that KMS may refuse.
func (s *Simulator) TryByHand(region, operation string, in map[string]any) (map[string]any, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest("POST", s.URL+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	request.Header.Set("X-Amz-Target", "TrentService."+operation)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Date", now.Format("20060102T150405Z"))
	// The simulator reads caller and Region and does not check signatures.
	scope := fmt.Sprintf("%s/%s/%s/kms/aws4_request", PersonKey, now.Format("20060102"), region)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+scope+", SignedHeaders=host;x-amz-date, Signature=0")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", operation, answer)
	}
	out := map[string]any{}
	if len(answer) == 0 {
		return out, nil
	}
	return out, json.Unmarshal(answer, &out)
}

// PersonKey is the access key of the person; it stands for the account's user, as the providers' own does.
const PersonKey = "person"

// Encrypt gives a ciphertext of a text by a key, as base64.
func (s *Simulator) Encrypt(k Key, base64Text string) (string, error) {
	out, err := s.TryByHand(k.Region(), "Encrypt", map[string]any{"KeyId": k.Arn, "Plaintext": base64Text})
	if err != nil {
		return "", err
	}
	text, _ := out["CiphertextBlob"].(string)
	return text, nil
}

// Decrypt opens a ciphertext in a Region.
func (s *Simulator) Decrypt(region, ciphertext string) (string, error) {
	out, err := s.TryByHand(region, "Decrypt", map[string]any{"CiphertextBlob": ciphertext})
	if err != nil {
		return "", err
	}
	text, _ := out["Plaintext"].(string)
	return text, nil
}
