# Sign in to AWS without a key: the variables AWS_ROLE_ARN and AWS_REGION say where.
export AWS_WEB_IDENTITY_TOKEN_FILE="$CI_PROJECT_DIR.tmp/aws-token"
(umask 077 && mkdir -p "$CI_PROJECT_DIR.tmp" && printf '%s' "$AWS_ID_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE")
