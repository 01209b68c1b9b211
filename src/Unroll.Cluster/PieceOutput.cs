namespace Unroll.Cluster;

/// <summary>What a piece came to.</summary>
/// <param name="Content">What was computed: the same bits on every machine of one version and instruction set, in every run.</param>
/// <param name="Measured">What differs from run to run, such as times; not compared, and empty where there is nothing.</param>
public sealed record PieceOutput(byte[] Content, byte[] Measured);
