"""View models: one frozen value per page kind, holding every decision a template would otherwise have to make."""
