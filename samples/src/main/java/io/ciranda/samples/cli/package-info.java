/**
 * What every command shares: the inherited options, where output goes, how errors are told, exit
 * codes.
 *
 * <ul>
 *   <li>Exit codes: 0 done, 1 failed, 2 wrong usage.
 *   <li>Standard output carries results. Under {@code --json} it carries one JSON object and
 *       nothing else; what a person would have read goes to standard error.
 *   <li>A user's mistake is a {@link io.ciranda.samples.cli.UserException} and is told in a line or
 *       two. A stack trace is shown under {@code --verbose} only.
 * </ul>
 */
package io.ciranda.samples.cli;
