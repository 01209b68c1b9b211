namespace Unroll.Cluster;

/// <summary>A piece as it stands at one moment.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Worker">Who computed it, or computes it; null where nobody has begun it, or its worker is gone.</param>
/// <param name="Since">When that worker began it; null as before.</param>
/// <param name="Done">When its result came; null where there is none.</param>
/// <param name="Took">How long it took to compute; zero where there is no result.</param>
public sealed record PieceStatus(Piece Piece, string? Worker, DateTimeOffset? Since, DateTimeOffset? Done, TimeSpan Took);
