# Sign in to OpenStack: the variables OS_AUTH_URL, OS_APPLICATION_CREDENTIAL_ID and …_SECRET say how.
export OS_AUTH_TYPE=v3applicationcredential
