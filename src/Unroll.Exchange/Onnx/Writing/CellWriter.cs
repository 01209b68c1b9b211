namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>What is done with a whole sequence before the loop over its steps, and with each step.</summary>
/// <param name="Before">From the sequence [B, T, F] to what the loop reads, [B, T, ...].</param>
/// <param name="Step">The states after a step.</param>
internal sealed record CellWriter(Func<Recurrent, OnnxCell, string, string> Before, Func<Recurrent, OnnxCell, IReadOnlyList<string>> Step);
