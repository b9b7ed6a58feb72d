//! The registry: every scheme, with the files that are its reader and writer.

use crate::encoder::Encoder;
use crate::source::SchemeSource;

/// Receives every scheme in turn, as a type, so that the code it runs is
/// monomorphised.
pub trait SchemeVisitor {
    /// Called once per scheme, with the text of its files.
    fn visit<E: Encoder>(&mut self, source: &'static SchemeSource);
}

/// A file of a scheme's folder, or of `bits/`.
macro_rules! file {
    ($folder:ident / $file:ident) => {
        $crate::SourceFile {
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
        $crate::SourceFile {
            path: concat!("bits/", stringify!($helper), ".rs"),
            text: include_str!(concat!("../bits/", stringify!($helper), ".rs")),
        }
    };
}

/// The files of a reader or writer, its own first: those of schemes' folders and
/// helpers, or all those of another scheme.
macro_rules! files {
    ($half:ident [of $module:ident]) => {
        super::$module::$half
    };
    ($half:ident [$($folder:ident / {$($file:ident),+})+ + {$($helper:ident),*}]) => {
        &[$($(file!($folder/$file),)+)+ $(file!($helper),)*]
    };
}

macro_rules! schemes {
    ($($module:ident::$scheme:ident: reader $reader:tt, writer $writer:tt;)*) => {
        $(pub mod $module;)*

        mod files {
            $(pub(super) mod $module {
                pub const READER: &[crate::SourceFile] = files!(READER $reader);
                pub const WRITER: &[crate::SourceFile] = files!(WRITER $writer);
            })*
        }

        /// Calls `visitor` for every scheme, the baseline first.
        pub fn for_each_scheme(visitor: &mut impl SchemeVisitor) {
            $(visitor.visit::<$module::$scheme>(&SchemeSource {
                module: stringify!($module),
                format: file!($module/mod),
                reader: files::$module::READER,
                writer: files::$module::WRITER,
            });)*
        }
    };
}

// One entry a scheme: its folder and its type, then the files of its reader and
// of its writer, with the helpers in `bits/` that these use. A test holds the
// lists against what the files import.
schemes! {
    exact::Exact:
        reader [exact/{reader} + {bitmap, record, split}],
        writer [exact/{writer} + {narrow, record_writer}];
    consed::Consed:
        reader [of exact],
        writer [exact/{writer} + {narrow, record_pool, record_writer}];
    ranges::Ranges:
        reader [ranges/{reader} + {bitmap, record, split}],
        writer [ranges/{writer} + {narrow, record_writer}];
    ranges_consed::RangesConsed:
        reader [of ranges],
        writer [ranges/{writer} + {narrow, record_pool, record_writer}];
    blocks::Blocks:
        reader [blocks/{reader, head, lanes} + {mask, uleb, words}],
        writer [blocks/{writer, head, maps} + {bitmap, mask, narrow, runs, uleb}];
    blocks_tri::BlocksTri: reader [of blocks], writer [of blocks];
    blocks_dense::BlocksDense: reader [of blocks], writer [of blocks];
    direct::Direct:
        reader [direct/{reader, page} + {bitmap, record, split}],
        writer [direct/{writer, page} + {narrow, record_pool, record_writer}];
    delta::Delta:
        reader [delta/{reader} + {split, uleb, words}],
        writer [delta/{writer} + {bitmap, narrow, runs, uleb}];
    delta_tri::DeltaTri: reader [of delta], writer [of delta];
    steps::Steps:
        reader [steps/{reader} exact/{reader} + {bitmap, record, split}],
        writer [steps/{writer} exact/{writer} + {narrow, record_writer}];
    steps_consed::StepsConsed:
        reader [of steps],
        writer [steps/{writer} exact/{writer} + {narrow, record_pool, record_writer}];
}
