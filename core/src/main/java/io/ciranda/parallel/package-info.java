/** Threads that work on one thing together: {@link io.ciranda.parallel.Team}. */
package io.ciranda.parallel;
