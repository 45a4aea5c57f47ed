/**
 * Reference runs: trainings at real scale on published data, each with the figure it must reach.
 * They take minutes to hours, are not part of any build, and go on where they stopped.
 */
package io.ciranda.samples.reference;
