package api

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"
)

// docsRoutes serve the API's documentation for reading and trying out, with nothing fetched from elsewhere.
func (s *Server) docsRoutes() {
	page := gin.WrapH(v5emb.NewHandlerWithConfig(swgui.Config{
		Title: "PulseHub API", SwaggerJSON: "/openapi.json", BasePath: "/docs",
		SettingsUI: map[string]string{"tryItOutEnabled": "true", "docExpansion": `"list"`, "persistAuthorization": "false"},
	}))
	s.router.GET("/docs", page)
	s.router.GET("/docs/*file", func(c *gin.Context) {
		if c.Param("file") == "/" {
			c.Redirect(http.StatusMovedPermanently, "/docs")
			return
		}
		page(c)
	})
}
