/**
 * The {@code sequence} commands: models of labelled sequences, learned from and run on CSV files.
 *
 * <pre>
 * CsvSource     lines of a file or of standard input, and where they stand
 * RowReader     the columns of a model in them: id, time, numbers, names, labels
 * Group         the rows of one id in memory, in order of time
 * TableSchema   which columns a model reads and what they are; kept in the model's file
 * TaskModel     the three kinds of models behind one face
 * Sessions      a stream for each id, for answers line by line
 * </pre>
 */
package io.ciranda.samples.table;
