//! The registry: every scheme, with the files that are its reader and writer.

use crate::{Encoder, SchemeSource, SourceFile};

/// Receives every scheme in turn, as a type, so that the code it runs is
/// monomorphised.
pub trait SchemeVisitor {
    /// Called once per scheme, with the text of its files.
    fn visit<E: Encoder>(&mut self, source: &'static SchemeSource);
}

macro_rules! file {
    ($folder:ident / $file:ident) => {
        SourceFile {
            path: concat!(
                "schemes/",
                stringify!($folder),
                "/",
                stringify!($file),
                ".rs"
            ),
            text: include_str!(concat!(stringify!($folder), "/", stringify!($file), ".rs")),
        }
    };
    ($helper:ident) => {
        SourceFile {
            path: concat!("bits/", stringify!($helper), ".rs"),
            text: include_str!(concat!("../bits/", stringify!($helper), ".rs")),
        }
    };
}

macro_rules! schemes {
    ($($module:ident::$scheme:ident:
        reader $reader:ident/{$($reader_file:ident),+} + {$($reader_helper:ident),*},
        writer $writer:ident/{$($writer_file:ident),+} + {$($writer_helper:ident),*};)*) => {
        $(pub mod $module;)*

        /// Calls `visitor` for every scheme, the baseline first.
        pub fn for_each_scheme(visitor: &mut impl SchemeVisitor) {
            $(visitor.visit::<$module::$scheme>(&SchemeSource {
                module: stringify!($module),
                format: file!($module/mod),
                reader: &[
                    $(file!($reader/$reader_file),)+
                    $(file!($reader_helper),)*
                ],
                writer: &[
                    $(file!($writer/$writer_file),)+
                    $(file!($writer_helper),)*
                ],
            });)*
        }
    };
}

// One line a scheme: its folder and type, then whose reader and writer it has
// and the helpers in `bits/` that these use. A test holds the lists against
// what the files import.
schemes! {
    exact::Exact: reader exact/{reader} + {bitmap, record, split}, writer exact/{writer} + {narrow, record_writer};
    consed::Consed: reader exact/{reader} + {bitmap, record, split}, writer exact/{writer} + {narrow, record_pool, record_writer};
    ranges::Ranges: reader ranges/{reader} + {bitmap, record, split}, writer ranges/{writer} + {narrow, record_writer};
    ranges_consed::RangesConsed: reader ranges/{reader} + {bitmap, record, split}, writer ranges/{writer} + {narrow, record_pool, record_writer};
    blocks::Blocks: reader blocks/{reader, head} + {uleb, words}, writer blocks/{writer, head} + {bit_writer, bitmap, narrow, uleb, words};
    blocks_tri::BlocksTri: reader blocks/{reader, head} + {uleb, words}, writer blocks/{writer, head} + {bit_writer, bitmap, narrow, uleb, words};
    blocks_dense::BlocksDense: reader blocks/{reader, head} + {uleb, words}, writer blocks/{writer, head} + {bit_writer, bitmap, narrow, uleb, words};
    direct::Direct: reader direct/{reader, page} + {bitmap, record, split}, writer direct/{writer, page} + {narrow, record_pool, record_writer};
}
