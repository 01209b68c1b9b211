namespace Unroll.Layers;

/// <summary>A state that a layer carries from step to step, which a graph may give and take at the ends of a sequence.</summary>
/// <param name="Name">What it is called behind the layer's name: <c>h</c>, or <c>forward/lstm_1/c</c>.</param>
/// <param name="Units">H of its shape (H).</param>
public readonly record struct LayerState(string Name, int Units);
