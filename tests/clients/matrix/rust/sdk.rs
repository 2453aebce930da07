//! What the SDK's clients are told alike.

use aws_credential_types::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::harness::{Cell, certificate, variable};

pub fn credentials() -> Credentials {
    Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), None, None, "matrix")
}

/// Trusts the certificate of condemu's, and no other.
pub fn http(cell: &Cell) -> SharedHttpClient {
    if !cell.tls {
        return Builder::new().build_http();
    }
    let trusted = TrustStore::empty().with_pem_certificate(certificate());
    let context = TlsContext::builder().with_trust_store(trusted).build().expect("a certificate");
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context).build_https()
}
