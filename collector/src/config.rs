//! What is in force and from where: flags, then environment, then file, then defaults.
