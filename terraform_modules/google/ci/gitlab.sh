# Sign in to Google Cloud without a key. The variable GOOGLE_IDENTITY_PROVIDER names it
# (projects/…/providers/…, which must accept the audience above), GOOGLE_SERVICE_ACCOUNT whom to act as.
export GOOGLE_APPLICATION_CREDENTIALS="$CI_PROJECT_DIR.tmp/google.json"
(
  umask 077
  mkdir -p "$CI_PROJECT_DIR.tmp"
  printf '%s' "$GOOGLE_ID_TOKEN" > "$CI_PROJECT_DIR.tmp/google-token"
  jq --null-input --arg provider "$GOOGLE_IDENTITY_PROVIDER" --arg account "$GOOGLE_SERVICE_ACCOUNT" \
    --arg file "$CI_PROJECT_DIR.tmp/google-token" '{
      type: "external_account",
      audience: "//iam.googleapis.com/\($provider)",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: "https://sts.googleapis.com/v1/token",
      credential_source: {file: $file},
      service_account_impersonation_url:
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\($account):generateAccessToken"
    }' > "$GOOGLE_APPLICATION_CREDENTIALS"
)
