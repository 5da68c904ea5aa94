# Sign in to Azure without a password: the variables ARM_CLIENT_ID, ARM_SUBSCRIPTION_ID, ARM_TENANT_ID say where.
export ARM_USE_OIDC=true
