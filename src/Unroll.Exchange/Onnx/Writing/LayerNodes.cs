namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>Layers as nodes, by what is registered for their kinds, and layers inside of others.</summary>
internal static class LayerNodes
{
    /// <exception cref="UnsupportedModelException">Nothing is registered.</exception>
    public static void Write(Layer layer, OnnxLayer nodes)
    {
        if (OnnxKinds.Find(layer) is { } write)
            write(layer, nodes);
        else if (layer is Recurrent recurrent && OnnxKinds.FindCell(recurrent) is not null)
            RecurrentLayers.Write(recurrent, nodes);
        else
        {
            string register = layer is Recurrent ? "RegisterCell" : "Register";
            throw new UnsupportedModelException(
                "The model", [$"the layer {layer.GetType().Name} (say how it is written with OnnxKinds.{register})"]);
        }
    }

    /// <summary>[B, T, ...] to [B·T, ...], the layer for each step, and back.</summary>
    public static void Write(TimeDistributed each, OnnxLayer nodes)
    {
        int[] input = nodes.InputShapes[0].ToArray()[1..], output = nodes.OutputShapes[0].ToArray()[1..];
        string steps = nodes.Reshape(nodes.Inputs[0], [-1, .. input.Select(extent => (long)extent)]);
        var inner = new OnnxLayer(nodes.Model, nodes.Name, [(steps, new Shape(input), null)],
            [.. each.Inner.GetOutputShapes(new Shape(input))]);
        Write(each.Inner, inner);

        // The batch and the steps are those of the input, whatever they are.
        string front = nodes.Slice(nodes.Node("Shape", [nodes.Inputs[0]]), 0, 0, 2);
        string shape = nodes.Concat(0, front, nodes.Integers([.. output.Select(extent => (long)extent)]));
        nodes.SetOutput(0, nodes.Node("Reshape", [inner.Output(0)!, shape]));
    }
}
