// A relying party with coreos/go-oidc and golang.org/x/oauth2: it prints where to send the person, reads the address at
// which they came back, and prints what it learned.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/coreos/go-oidc"
	"golang.org/x/oauth2"
)

func random() string {
	bytes := make([]byte, 32)
	if _, err := rand.Read(bytes); err != nil {
		log.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func main() {
	ctx := context.Background()
	issuer, client, redirect := os.Args[1], os.Args[2], os.Args[3]
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		log.Fatal("discovery: ", err)
	}
	config := oauth2.Config{
		ClientID: client, ClientSecret: os.Getenv("CLIENT_SECRET"), Endpoint: provider.Endpoint(), RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	// This version of x/oauth2 has no helper for PKCE.
	verifier, state, nonce := random(), random(), random()
	digest := sha256.Sum256([]byte(verifier))
	fmt.Println(config.AuthCodeURL(state, oidc.Nonce(nonce),
		oauth2.SetAuthURLParam("code_challenge", base64.RawURLEncoding.EncodeToString(digest[:])),
		oauth2.SetAuthURLParam("code_challenge_method", "S256")))

	scanner := bufio.NewScanner(os.Stdin)
	if !scanner.Scan() {
		log.Fatal("nobody came back")
	}
	back, err := url.Parse(scanner.Text())
	if err != nil {
		log.Fatal(err)
	}
	if back.Query().Get("state") != state {
		log.Fatal("another state")
	}
	// It does not know how the issuer likes a secret: it tries Basic, then the form.
	token, err := config.Exchange(ctx, back.Query().Get("code"), oauth2.SetAuthURLParam("code_verifier", verifier))
	if err != nil {
		log.Fatal("exchange: ", err)
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: client, SupportedSigningAlgs: []string{oidc.ES256}}).Verify(ctx, raw)
	if err != nil {
		log.Fatal("ID token: ", err)
	}
	if idToken.Nonce != nonce {
		log.Fatal("another nonce")
	}
	if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
		log.Fatal("at_hash: ", err)
	}
	// Its own default is RS256 alone.
	_, strange := provider.Verifier(&oidc.Config{ClientID: client}).Verify(ctx, raw)
	old := *token
	old.Expiry = time.Now().Add(-time.Hour)
	refreshed, err := config.TokenSource(ctx, &old).Token()
	if err != nil {
		log.Fatal("refresh: ", err)
	}
	info, err := provider.UserInfo(ctx, config.TokenSource(ctx, refreshed))
	if err != nil {
		log.Fatal("UserInfo: ", err)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"subject": idToken.Subject, "info_subject": info.Subject, "email": info.Email,
		"rotated": refreshed.RefreshToken != token.RefreshToken, "needs_to_be_told_the_algorithm": strange != nil,
	})
}
