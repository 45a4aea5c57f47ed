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
 *
 * <p>CSV alone is read, and Parquet refused with a line that converts it. The light reader that
 * there is, {@code dev.hardwood:hardwood-core} 1.0.1.Final (0.7 MB, no dependencies but the codecs'
 * libraries), reads flat files well, but 7 of 400 files that we damaged at random kept it waiting
 * for ever, and by its own tracker (issue 1230) so may a sound file on JDK 25 before 25.0.3.
 * Readers over parquet-java bring Hadoop's classes.
 */
package io.ciranda.samples.table;
