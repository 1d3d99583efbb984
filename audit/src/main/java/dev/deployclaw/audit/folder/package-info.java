/** The folder of logs on disk: files of records, file locks and names. */
@NullMarked
package dev.deployclaw.audit.folder;

import org.jspecify.annotations.NullMarked;
