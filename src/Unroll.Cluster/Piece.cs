namespace Unroll.Cluster;

/// <summary>A part of a study that one thread computes at one go.</summary>
/// <param name="Number">Its number in the study, from 0. Pieces with low numbers go first, and studies take turns by it.</param>
/// <param name="Key">What to compute, for example <c>lstm/3</c> or a trial as JSON; up to some kB.</param>
public sealed record Piece(int Number, string Key);
