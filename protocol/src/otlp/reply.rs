//! What exporters are answered: nothing, what was refused, or an error; in the encoding that they
//! asked in.

use prost::Message as _;
use serde_json::json;

use super::{Encoding, Signal};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Everything was recorded, but for `refused` spans or log records.
    Taken {
        /// What was sent.
        signal: Signal,
        /// How many were refused for good.
        refused: usize,
        /// Why; empty when none was.
        message: String,
    },
    /// Nothing was recorded for sure: a `google.rpc.Status`.
    Failed {
        /// See `google.rpc.Code`.
        code: i32,
        /// One sentence.
        message: String,
    },
}

#[derive(Clone, PartialEq, prost::Message)]
struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

impl Reply {
    /// The body.
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        match encoding {
            Encoding::Json => self.json().to_string().into_bytes(),
            Encoding::Protobuf => self.protobuf(),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Taken { refused: 0, .. } => json!({}),
            Self::Taken { signal, refused, message } => {
                let rejected = match signal {
                    Signal::Traces => "rejectedSpans",
                    Signal::Logs => "rejectedLogRecords",
                };
                // 64-bit integers are texts in the JSON of protobuf.
                json!({"partialSuccess": {
                    rejected: refused.to_string(), "errorMessage": message,
                }})
            }
            Self::Failed { code, message } => json!({"code": code, "message": message}),
        }
    }

    fn protobuf(&self) -> Vec<u8> {
        match self {
            Self::Taken { refused: 0, .. } => Vec::new(),
            Self::Taken { refused, message, .. } => {
                let rejected = i64::try_from(*refused).unwrap_or(i64::MAX);
                let error_message = message.clone();
                let partial_success = Some(PartialSuccess { rejected, error_message });
                ExportResponse { partial_success }.encode_to_vec()
            }
            Self::Failed { code, message } => {
                Status { code: *code, message: message.clone() }.encode_to_vec()
            }
        }
    }
}
