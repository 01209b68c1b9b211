using System.Numerics;

namespace Unroll.Layers;

/// <summary>Gathers what the layers of a model kept of one window.</summary>
internal sealed class TraceBuilder
{
    private readonly Dictionary<string, int> _places = [];

    public List<RecurrentTrace> Recurrent { get; } = [];

    public List<AttentionTrace> Attention { get; } = [];

    /// <summary>The name of a layer at the next place where it stands.</summary>
    public string NameOf(string layer)
    {
        int place = _places[layer] = _places.GetValueOrDefault(layer) + 1;
        return place == 1 ? layer : $"{layer}[{place}]";
    }

    /// <summary>Values as a trace has them.</summary>
    public static void Copy<T>(ReadOnlySpan<T> values, Span<float> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = float.CreateTruncating(values[i]);
    }
}
